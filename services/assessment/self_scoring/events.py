"""What may have happened to a unit's self-score."""

from dataclasses import dataclass
from typing import ClassVar

from assessment.self_scoring.evidence import Evidence
from parindex.contracts.assessment import Claim, Figure
from parindex.eventstore.registry import by_defaults


@dataclass(frozen=True, slots=True)
class ClaimEntered:
    """The unit claims this for a criterion; it replaces what was claimed before. `explanation` is a commitment.

    `confirmed` has the codes of the warnings that the unit confirmed: a figure looks like a slip, and it is meant.
    """

    SCHEMA: ClassVar[int] = 2
    round: str
    unit: str
    criterion: str
    figures: tuple[Figure, ...] = ()
    applicable: bool = True
    evidence: tuple[Evidence, ...] = ()
    explanation: str = ""
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SelfScoreSubmitted:
    """The unit stands by these claims."""

    round: str
    unit: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class SelfScoreWithdrawn:
    """The unit took its self-score back, before anybody appraised it."""

    round: str
    unit: str


@dataclass(frozen=True, slots=True)
class SelfScoringExtended:
    """The office gave this unit more time. `until` is an instant, `reason` a commitment."""

    round: str
    unit: str
    until: str
    reason: str


@dataclass(frozen=True, slots=True)
class TextErased:
    """The office erased a text from the vault, for a reason (a commitment). `unit` "": it is a text of the round."""

    round: str
    unit: str
    commitment: str
    reason: str


def erasure_of(commitment: str) -> str:
    """Return the stream that says that a text was erased; it has one event at most."""
    return f"erasure-{commitment}"


def stream_of(round_id: str, unit: str) -> str:
    """Return the stream of a unit's sheet."""
    return f"sheet-{round_id}/{unit}"


UPCASTERS = {("ClaimEntered", 1): by_defaults}
