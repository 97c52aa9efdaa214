"""7 · A visitor presses a kiosk."""
