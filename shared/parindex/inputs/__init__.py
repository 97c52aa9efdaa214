"""Input files of users, read within limits: only regular files, with limits of bytes, depth and number of values."""
