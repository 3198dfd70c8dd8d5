"""`tokcount.reports.migrate.request.Request` → the body of a chat or of a Responses request."""
