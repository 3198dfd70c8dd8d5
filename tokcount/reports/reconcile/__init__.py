"""`tokcount reconcile` and `calibrate`: counted against billed."""
