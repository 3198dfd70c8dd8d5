"""Rows of counted records → a report, and its view: one folder a command."""
