"""11 · Answers and presses become tallies."""
