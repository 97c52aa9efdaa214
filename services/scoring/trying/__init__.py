"""23 · The office tries a criteria set on the figures of a round before it binds; nothing is written."""
