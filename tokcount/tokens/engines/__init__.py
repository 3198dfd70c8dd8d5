"""The counting engines: tiktoken, or splintr when it is installed."""
