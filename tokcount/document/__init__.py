"""What a view makes and a renderer writes: a report as blocks for people, rows for programs and JSON data."""
