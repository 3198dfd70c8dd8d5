"""Names of files: which files a folder has, which of them git ignores, and which a file may refer to."""
