"""15 · The office watches a round: how far each unit is and what comes next; it extends, completes and closes."""
