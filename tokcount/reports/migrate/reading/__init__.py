"""A logged request of any endpoint → `tokcount.reports.migrate.request.Request`."""
