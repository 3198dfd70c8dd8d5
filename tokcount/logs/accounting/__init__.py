"""Which fields of a body are counted, which cost nothing, and which were not read."""
