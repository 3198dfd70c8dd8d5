"""Tokens, prices and fees of single records, and what they come to in exact integers."""
