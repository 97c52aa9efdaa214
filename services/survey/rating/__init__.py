"""17 · A visitor presses a kiosk."""
