"""Requests to models of other vendors: messages in a chat template, as data (`[template]` of a family file)."""
