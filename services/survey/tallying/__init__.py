"""10 · Answers and presses become tallies."""
