"""The configuration file: which one is used, and whether its values mean something."""
