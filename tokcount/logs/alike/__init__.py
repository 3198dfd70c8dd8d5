"""Values that are alike are read once and then copied: see `tokcount.logs.alike.memory`."""
