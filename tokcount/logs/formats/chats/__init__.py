"""Chat applications and stored messages: conversations as people and frameworks keep them."""
