"""Officials, citizens and firms say how it was."""
