"""What is seen of a running process: health, metrics, lag, stalled readers, checks of the log."""
