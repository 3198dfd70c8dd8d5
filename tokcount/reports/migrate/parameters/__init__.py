"""The parameters of a request: names on each endpoint, the values that the API takes, and what becomes of each."""
