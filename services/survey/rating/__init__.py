"""15 · A visitor presses a kiosk."""
