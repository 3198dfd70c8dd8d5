"""Bodies of other vendors' APIs, logged as they were sent and received."""
