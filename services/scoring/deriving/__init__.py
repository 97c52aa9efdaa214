"""24 · A unit, and officials at or above it, follow its points to the events of any moment."""
