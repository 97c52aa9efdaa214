"""Monitoring of a running process: health, metrics, lag, stalled consumers, checks of the log."""
