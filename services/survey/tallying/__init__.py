"""18 · Answers and presses become tallies."""
