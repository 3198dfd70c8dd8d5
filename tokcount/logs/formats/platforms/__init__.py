"""Observability platforms: what their exports, APIs and databases hold."""
