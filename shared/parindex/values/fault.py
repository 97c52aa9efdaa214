"""What is wrong with a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value, in both languages; who checks it adds the place."""

    vi: str
    en: str
