"""2 · The office drafts a criteria set in a file, sees every mistake and what differs, and enacts what was shown."""
