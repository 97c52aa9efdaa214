"""12 · A visitor presses a kiosk."""
