"""13 · A visitor presses a kiosk."""
