"""12 · The unit explains what the first appraisal corrected."""
