"""Requests to the Responses API: the request itself, and its input items."""
