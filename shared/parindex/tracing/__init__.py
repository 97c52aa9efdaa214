"""OpenTelemetry: who asked, what was sent because of it, what was done with that. Off unless a collector is named."""
