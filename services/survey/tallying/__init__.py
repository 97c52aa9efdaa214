"""13 · Answers and presses become tallies."""
