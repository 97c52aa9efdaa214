"""Points and tallies become an index."""
