"""25 · The settled round is frozen as an edition with a checksum."""
