"""1 · The office drafts a criteria set in Excel, and sees every mistake before the council enacts it."""
