"""6 · A unit claims points for each criterion and attaches its proof."""
