"""14 · Answers and presses become tallies."""
