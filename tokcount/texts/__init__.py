"""Plain text, as it is: counted by file, line, field or section, shown as tokens, and cut between tokens."""
