"""8 · A visitor presses a kiosk."""
