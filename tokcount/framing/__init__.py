"""A request and a family → a `Layout`: its texts, the tokens that the API adds, how sure that is, and why."""
