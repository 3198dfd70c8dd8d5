"""Text → decoded values: JSON, JSON Lines, CSV, Parquet, archives, event streams."""
