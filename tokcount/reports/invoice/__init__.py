"""`tokcount reconcile --against`: a log compared with an invoice, day by day and model by model."""
