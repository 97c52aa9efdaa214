"""The events of tallying.

Those of a round continue its stream `tallying-<round>`, which admitting begins; a unit's tallies are in
`tally-<round>/<unit>`.
"""

from dataclasses import dataclass
from typing import ClassVar

from parindex.contracts.survey import OptionCount, SetAside
from parindex.eventstore.registry import by_defaults


@dataclass(frozen=True, slots=True)
class OutsideTalliesReceived:
    """Tallies of an outside survey came in; they follow at once, as TallyUpdated."""

    round: str
    rows: int


@dataclass(frozen=True, slots=True)
class TallyUpdated:
    """The tally at present, cumulative; see the contract of this name."""

    round: str
    unit: str
    question: str
    group: str
    origin: str
    counts: tuple[OptionCount, ...]
    score: str
    out_of: str
    covers: int


@dataclass(frozen=True, slots=True)
class PressesSetAside:
    """Presses that are in no tally, cumulative: `late` after the cut-off; `unfit` for any other reason.

    `reasons` has both again by reason, as the presses themselves say it; presses of before that are in the sums alone.
    """

    SCHEMA: ClassVar[int] = 2

    round: str
    unit: str
    question: str
    group: str
    late: int
    unfit: int
    covers: int
    reasons: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class TallyClosed:
    """Everything up to `covers` is counted, nothing after it will be: so many presses; so many are in no tally."""

    SCHEMA: ClassVar[int] = 2

    round: str
    closing: int
    covers: int
    counted: int = 0
    set_aside: tuple[SetAside, ...] = ()


RoundFact = OutsideTalliesReceived | TallyClosed
TallyFact = TallyUpdated | PressesSetAside
UPCASTERS = {(name, 1): by_defaults for name in ("PressesSetAside", "TallyClosed")}
