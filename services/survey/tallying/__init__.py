"""15 · Answers and presses become tallies."""
