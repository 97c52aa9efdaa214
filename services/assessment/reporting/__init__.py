"""10 · A unit completes its report, its leader approves it, and the unit submits it."""
