"""What budgets are measured over: a scan, or saved reports."""
