"""`tokcount drift`: tokens under a baseline and targets."""
