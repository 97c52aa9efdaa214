"""What computing may be asked. A mark is where a thing was said, as (epoch, position): the later mark holds."""

from dataclasses import dataclass

from parindex.contracts.assessment import Block, Claim, Finding
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import IndexComputed
from parindex.contracts.survey import TallyUpdated
from scoring.computing.leaves import Leaves

Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ClaimsMade:
    """All that a unit claims now; a withdrawn self-score claims nothing."""

    at: Mark
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingsMade:
    """What the appraisal of a unit found, instead of whatever it had found before."""

    at: Mark
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TallyTaken:
    """The newest tally of one question, group and origin."""

    at: Mark
    tally: TallyUpdated


News = ClaimsMade | FindingsMade | TallyTaken


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands in its round: its block, and the set that scores it, made ready."""

    block: str
    leaves: Leaves


@dataclass(frozen=True, slots=True)
class ComputeIndex:
    """Take what is new about a unit into its index. Without a place the news waits."""

    round: str
    unit: str
    news: tuple[News, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class PrepareSet:
    """Know a criteria set."""

    criteria_set: CriteriaSet
    digest: str


@dataclass(frozen=True, slots=True)
class NeedSet:
    """Remember that a round is scored by a set."""

    criteria_set: str
    round: str


@dataclass(frozen=True, slots=True)
class PrepareRound:
    """Know a round."""

    round: str
    year: int
    authority: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class SeeClosing:
    """A source's closing has come in one partition: it told everything about the round's units there.

    `entry_sha256` is the hash of the source's entry, as its message says it.
    """

    round: str
    source: str
    partition: int
    closing: int
    at: Mark
    entry_sha256: str = ""


@dataclass(frozen=True, slots=True)
class SeeReopening:
    """A source's reopening has come in one partition."""

    round: str
    source: str
    partition: int
    closing: int


@dataclass(frozen=True, slots=True)
class SettleRound:
    """Settle a round if nothing is missing. `scores` are of all its units; None where there is none yet."""

    round: str
    partitions: int
    parked: int
    survey: bool | None  # whether tallies score anything; None while a set of the round is unknown
    scores: tuple[tuple[str, IndexComputed | None], ...]
