"""Fixtures of the whole system in a test, and a client that drives it."""
