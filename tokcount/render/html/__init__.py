"""One HTML page without outside references."""
