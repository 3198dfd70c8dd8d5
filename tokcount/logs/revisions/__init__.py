"""Files as they are in a commit of a git repository, read from its objects: no checkout, no program is started."""
