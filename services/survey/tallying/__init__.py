"""19 · Answers and presses become tallies."""
