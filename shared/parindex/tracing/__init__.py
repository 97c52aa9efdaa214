"""Tracing by OpenTelemetry: requests, the messages that they cause, and their handling; off without a collector."""
