"""18 · The office registers a kiosk, and a device enrols as it."""
