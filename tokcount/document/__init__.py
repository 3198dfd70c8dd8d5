"""Reports for people as paragraphs, tables and charts: what a view makes and a renderer writes."""
