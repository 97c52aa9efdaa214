"""26 · Ranks, bands and changes are shown to everyone, with the means to check them."""
