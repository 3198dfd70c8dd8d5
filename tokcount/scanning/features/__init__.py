"""What single reports need of a record in addition to its counts."""
