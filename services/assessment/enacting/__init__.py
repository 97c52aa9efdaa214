"""2 · The council enacts a criteria set."""
