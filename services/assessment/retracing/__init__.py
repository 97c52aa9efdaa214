"""14 · A reader retraces a criterion: its rule as printed, and who gave it which value, when and why, at any moment."""
