"""Plain calls, which are nearly all records: what many of them have in common is found out once."""
