"""Diagnoses an installation (`parindex doctor`), from outside and from inside, with a remedy for each problem."""
