"""17 · Answers and presses become tallies."""
