"""Values of no known format: what their fields probably are."""
