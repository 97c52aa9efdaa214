"""Who may sign in, and what they may do: a log beside the round. Names are in its vault, ids in its events."""
