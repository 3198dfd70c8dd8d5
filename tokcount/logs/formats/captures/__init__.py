"""Recorded HTTP traffic."""
