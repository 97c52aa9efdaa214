"""The log of accounts and their rights, separate from the round's logs. Names are in its vault, ids in its events."""
