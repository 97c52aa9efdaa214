"""12 · Answers and presses become tallies."""
