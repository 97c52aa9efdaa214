"""What may have happened to the tallies of a round.

Streams: `set-<code>` (what a criteria set asks), `tallying-<round>` (from opening to closing), and one
`tally-<round>/<unit>` for each unit's numbers.
"""

from dataclasses import dataclass
from typing import ClassVar

from parindex.contracts.survey import OptionCount, SetAside
from parindex.eventstore.registry import by_defaults
from survey.tallying.questions import Asked, Surveyed


@dataclass(frozen=True, slots=True)
class SetQuestionsLearned:
    criteria_set: str
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class SurveyOpened:
    """From here on presses are counted into the round, if they were made within its window.

    The window is from `pressed_from` on and before `pressed_until`; "" stands for no bound.
    """

    SCHEMA: ClassVar[int] = 2

    authority: str
    round: str
    blocks: tuple[Surveyed, ...]
    pressed_from: str = ""
    pressed_until: str = ""


@dataclass(frozen=True, slots=True)
class OutsideTalliesReceived:
    """Tallies of an outside survey came in; they follow at once, as TallyUpdated."""

    round: str
    rows: int


@dataclass(frozen=True, slots=True)
class RatingClosed:
    """The cut-off: what stands after this in the log is no longer in the tallies of the round."""

    round: str
    closing: int


@dataclass(frozen=True, slots=True)
class TallyUpdated:
    """The tally as it stands, cumulative; see the contract of this name."""

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


SurveyFact = SurveyOpened | OutsideTalliesReceived | RatingClosed | TallyClosed
TallyFact = TallyUpdated | PressesSetAside

KIOSK = "kiosk"
OUTSIDE = "outside"


def set_stream(code: str) -> str:
    return f"set-{code}"


def tallying_stream(round_id: str) -> str:
    return f"tallying-{round_id}"


def tally_stream(round_id: str, unit: str) -> str:
    return f"tally-{round_id}/{unit}"


UPCASTERS = {(name, 1): by_defaults for name in ("SurveyOpened", "PressesSetAside", "TallyClosed")}
