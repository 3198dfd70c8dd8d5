"""What counts: tiktoken, or splintr where it is installed."""
