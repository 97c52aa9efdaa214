"""Files outside the log: a content-addressed store behind one interface, and what a file is, told by its content."""
