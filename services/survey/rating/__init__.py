"""16 · A visitor presses a kiosk."""
