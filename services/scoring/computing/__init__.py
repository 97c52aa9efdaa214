"""21 · Every finalised point and every tally moves the index, at once."""
