"""`tokcount audit`: what a migration breaks, costs, and why it drifts."""
