"""9 · Answers and presses become tallies."""
