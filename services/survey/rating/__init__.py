"""9 · A visitor presses a kiosk."""
