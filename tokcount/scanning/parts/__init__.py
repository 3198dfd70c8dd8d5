"""Sources → tasks for processes: files that are bundled, cut, or handed over in blocks."""
