"""Examines an installation (`parindex doctor`) from outside and from inside, and says what to do."""
