"""State of a criteria set under its code, and the part of it that is recorded beside it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InForce:
    """The authority that enacted a set under this code; "" where the code is free."""

    authority: str = ""


@dataclass(frozen=True, slots=True)
class RuleText:
    """How the decision words the rule of a row."""

    criterion: str
    text: str
