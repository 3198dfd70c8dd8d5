"""What chat and coding clients keep."""
