"""18 · A visitor presses a kiosk."""
