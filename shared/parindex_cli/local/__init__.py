"""A whole system on one machine: embedded in one process, or in eight processes."""
