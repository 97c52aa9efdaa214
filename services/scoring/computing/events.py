"""The events of computing. Numbers are exact wire text; a set or a round is recorded once and never changes."""

from dataclasses import dataclass
from typing import ClassVar

from parindex.contracts.assessment import Block, Claim, Finding
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.survey import OptionCount
from parindex.eventstore.registry import by_defaults


@dataclass(frozen=True, slots=True)
class SetPrepared:
    """A criteria set is known here, without its legal texts: scores and names need nothing of them."""

    criteria_set: CriteriaSet
    digest: str


@dataclass(frozen=True, slots=True)
class SetNeeded:
    """A round is scored by a set, which may not be known yet."""

    criteria_set: str
    round: str


@dataclass(frozen=True, slots=True)
class RoundPrepared:
    """A round is known here: its blocks, their units and the set that scores each. `training`: units practise."""

    SCHEMA: ClassVar[int] = 2

    round: str
    year: int
    authority: str
    blocks: tuple[Block, ...]
    training: bool = False


@dataclass(frozen=True, slots=True)
class ClaimsReceived:
    """All that a unit claims since a contract of assessment, at `epoch` and `position`; none: it claims nothing.

    More claims than an entry holds are recorded in several pieces, one after the other.
    """

    round: str
    unit: str
    epoch: int
    position: int
    claims: tuple[Claim, ...]
    piece: int = 1
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class FindingsReceived:
    """All findings about a unit since a contract of assessment, at `epoch` and `position`; in pieces as claims are."""

    round: str
    unit: str
    epoch: int
    position: int
    findings: tuple[Finding, ...]
    piece: int = 1
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class TallyReceived:
    """The newest tally of one question, group and origin, from a contract of survey at `epoch` and `position`."""

    round: str
    unit: str
    epoch: int
    position: int
    question: str
    group: str
    origin: str
    counts: tuple[OptionCount, ...]
    score: str
    out_of: str
    covers: int


@dataclass(frozen=True, slots=True)
class IndexComputed:
    """A unit's index at present. `claimed_from` is the log entry of the claims, such as assessment/12, or empty.

    `bonus` and `penalty` are empty where the set has no areas of that kind.
    """

    SCHEMA: ClassVar[int] = 2

    round: str
    unit: str
    block: str
    criteria_set: str
    lines: tuple[ScoreLine, ...]
    appraisal: str
    survey: str
    points: str
    maximum: str
    index: str
    claimed_from: str
    bonus: str = ""
    penalty: str = ""


Input = ClaimsReceived | FindingsReceived | TallyReceived
"""An input of an index, as it was received: with its inputs, the log alone answers why a unit has its points."""

UPCASTERS = {("IndexComputed", 1): by_defaults, ("RoundPrepared", 1): by_defaults}
