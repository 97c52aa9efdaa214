"""10 · The settled round is sealed with a checksum."""
