"""11 · Appraisers uphold or correct; the council finalises."""
