"""The fault of a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """The description of an invalid value, in both languages; the caller of the rule adds the place."""

    vi: str
    en: str
