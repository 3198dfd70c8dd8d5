"""The kit that log formats are written with: bodies, usage, envelopes, streams."""
