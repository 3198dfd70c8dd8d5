"""What single reports want to know of a record besides its counts."""
