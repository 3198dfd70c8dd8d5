"""`tokcount migrate`: requests rewritten for a target, and what changed."""
