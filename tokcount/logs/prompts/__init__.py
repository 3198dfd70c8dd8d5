"""Files that are prompts: by which names they are found, what they hold, and how their variables are filled in."""
