"""3 · The office keeps the register of units: which there are on a day, and what became of them."""
