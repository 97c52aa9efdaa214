"""11 · A visitor presses a kiosk."""
