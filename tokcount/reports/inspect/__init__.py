"""Views of the commands that only look: count, models, formats, config, doctor."""
