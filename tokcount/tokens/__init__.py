"""Text → numbers of tokens."""
