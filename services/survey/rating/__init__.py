"""19 · A visitor presses a kiosk."""
