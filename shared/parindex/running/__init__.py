"""How processes are configured, migrated, started, watched and stopped; one process for all, or one for each."""
