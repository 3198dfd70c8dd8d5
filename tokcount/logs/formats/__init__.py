"""The log formats, by family."""
