"""The commands of tallying: the fold over survey's log counts and closes; an office or a surveyor brings results in."""

from collections.abc import Mapping
from dataclasses import dataclass

from parindex.contracts.survey import SetAside
from survey.admitting.questions import QuestionKey
from survey.tallying.state import OutsideTally, Presses


@dataclass(frozen=True, slots=True)
class ReceiveOutsideTallies:
    round: str
    rows: int


@dataclass(frozen=True, slots=True)
class CloseTally:
    """Everything up to `covers` has been counted: so many presses, and so many that were set aside, by reason."""

    round: str
    covers: int
    counted: int = 0
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class CountPresses:
    """Add presses to a unit's tallies, up to `covers`; presses that are set aside were read up to `seen`.

    Both are positions of the log; they differ where the cut-off lies between them.
    """

    round: str
    unit: str
    covers: int
    seen: int
    presses: Mapping[QuestionKey, Presses]


@dataclass(frozen=True, slots=True)
class BringInTallies:
    """Let an outside survey's results be the unit's tallies, in place of earlier ones from outside."""

    round: str
    unit: str
    tallies: tuple[OutsideTally, ...]


RoundCommand = ReceiveOutsideTallies | CloseTally
TallyCommand = CountPresses | BringInTallies
