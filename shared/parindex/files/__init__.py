"""Files outside the log: a content-addressed store behind one interface, and the inspection of received files."""
