"""5 · The office opens a round: blocks, units, deadlines, appraisers."""
