"""Files that a person wrote, read within bounds: a regular file, so many bytes, so deep, so many values."""
