"""The round's result becomes final, then public."""
