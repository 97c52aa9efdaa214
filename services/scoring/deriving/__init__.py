"""19 · Anyone who may see a unit's points follows them to their events, at any moment."""
