"""`tokcount check`: the budget language, what it measures, and who breaks it."""
