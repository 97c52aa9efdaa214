"""7 · A unit hands its criteria to its people."""
