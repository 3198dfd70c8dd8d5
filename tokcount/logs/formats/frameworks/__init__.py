"""Tracing and evaluation frameworks."""
