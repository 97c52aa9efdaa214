"""20 · Answers and presses become tallies."""
