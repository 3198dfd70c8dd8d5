"""A name → a `Model`: encoding, family, limits, dated prices, lifecycle."""
