"""The user's own mapping: paths of prompts, models and numbers in values of formats that tokcount does not know."""
