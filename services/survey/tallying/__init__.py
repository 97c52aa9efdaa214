"""16 · Answers and presses become tallies."""
