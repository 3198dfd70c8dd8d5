"""`tokcount cost`: what a log cost and would cost."""
