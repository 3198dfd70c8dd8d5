"""Two logs, files or folders compared: what grew."""
