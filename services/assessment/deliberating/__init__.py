"""13 · The council decides in sessions, with votes, what stays open after the last appraisal."""
