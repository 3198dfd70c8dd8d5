"""OpenAI's own files, and those in their shape."""
