"""Files → `Record` or `Skipped`, each with its location."""
