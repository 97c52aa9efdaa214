"""10 · A visitor presses a kiosk."""
