"""17 · A round opens for presses, until its cut-off."""
