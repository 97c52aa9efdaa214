"""8 · Answers and presses become tallies."""
