"""What may be asked about tallies: by another service's fact, by the fold over the own log, by people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from parindex.contracts.survey import SetAside
from survey.tallying.questions import Asked, Surveyed

Key = tuple[str, str]
"""Question and respondent group."""


@dataclass(frozen=True, slots=True)
class LearnQuestions:
    criteria_set: str
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """Know a round; a press may count in it from `pressed_from` on and before `pressed_until` ("": no bound)."""

    authority: str
    round: str
    blocks: tuple[Surveyed, ...]
    pressed_from: str = ""
    pressed_until: str = ""


@dataclass(frozen=True, slots=True)
class ReceiveOutsideTallies:
    round: str
    rows: int


@dataclass(frozen=True, slots=True)
class CloseRating:
    round: str


@dataclass(frozen=True, slots=True)
class CloseTally:
    """Everything up to `covers` has been counted: so many presses, and so many that were set aside, by reason."""

    round: str
    covers: int
    counted: int = 0
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class Presses:
    """Presses at one question of one unit since the last count: by option, and by reason what belongs in no tally."""

    counts: Mapping[str, int] = field(default_factory=dict)
    aside: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CountPresses:
    """Add to a unit's tallies what was pressed since, up to `covers`; what is set aside was seen up to `seen`.

    Both are positions of the log; they differ where the cut-off lies between them.
    """

    round: str
    unit: str
    covers: int
    seen: int
    presses: Mapping[Key, Presses]


@dataclass(frozen=True, slots=True)
class OutsideTally:
    """A result from outside: a score out of a maximum (exact numbers in wire form), or counts by option."""

    question: str
    group: str
    score: str = ""
    out_of: str = ""
    counts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class BringInTallies:
    """Let an outside survey's results be the unit's tallies, in place of earlier ones from outside."""

    round: str
    unit: str
    tallies: tuple[OutsideTally, ...]


SurveyCommand = OpenSurvey | ReceiveOutsideTallies | CloseRating | CloseTally
TallyCommand = CountPresses | BringInTallies
