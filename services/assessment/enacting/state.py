"""State of a criteria set under its code, and the part of it that is recorded beside it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InForce:
    """Whether a set stands under this code, and whose it is ("" for none)."""

    authority: str = ""


@dataclass(frozen=True, slots=True)
class RuleText:
    """How the decision words the rule of a row."""

    criterion: str
    text: str
