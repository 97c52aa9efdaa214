"""8 · A unit proves its claims: its files, and which claims they prove."""
