"""A whole system on one machine: embedded in one process, or as eight processes."""
