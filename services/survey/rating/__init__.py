"""14 · A visitor presses a kiosk."""
