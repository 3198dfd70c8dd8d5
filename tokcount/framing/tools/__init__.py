"""Tool definitions and response formats → the text that the API shows to the model."""
