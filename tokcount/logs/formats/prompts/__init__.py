"""Files that are prompts: texts, templates, and the prompt files of tools and frameworks."""
