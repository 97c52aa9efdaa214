"""1 · The council enacts a criteria set."""
