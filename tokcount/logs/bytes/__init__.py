"""Files → text: decompression, text encodings, lines."""
