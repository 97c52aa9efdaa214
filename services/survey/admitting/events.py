"""The events of admitting, and the names of the streams that more than one step reads.

`set-<code>` has a set's questions, `tallying-<round>` a round from opening to closing, `presses-<authority>` the rounds
that count presses at the authority's units, and `tally-<round>/<unit>` the unit's tallies.
"""

from dataclasses import dataclass
from typing import ClassVar

from parindex.eventstore.registry import by_defaults
from survey.admitting.questions import Asked, Surveyed


@dataclass(frozen=True, slots=True)
class SetQuestionsLearned:
    criteria_set: str
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class SurveyOpened:
    """From here on presses are counted into the round, if they were made within its window.

    The window is from `pressed_from` on and before `pressed_until`; "" means no bound. `training`: units practise, and
    no press of a visitor counts in the round.
    """

    SCHEMA: ClassVar[int] = 3

    authority: str
    round: str
    blocks: tuple[Surveyed, ...]
    pressed_from: str = ""
    pressed_until: str = ""
    training: bool = False


@dataclass(frozen=True, slots=True)
class RatingClosed:
    """The cut-off: presses after this event in the log are not in the tallies of the round."""

    round: str
    closing: int


@dataclass(frozen=True, slots=True)
class PressesAdmitted:
    """From here on a round counts presses at units of the authority, if they were made within its window.

    The window is from `pressed_from` on and before `pressed_until`; "" means no bound.
    """

    authority: str
    round: str
    pressed_from: str
    pressed_until: str


@dataclass(frozen=True, slots=True)
class PressesStopped:
    """From here on a press is too late for the round."""

    authority: str
    round: str


SurveyFact = SurveyOpened | RatingClosed
AdmissionFact = PressesAdmitted | PressesStopped


def set_stream(code: str) -> str:
    """Return the stream of a set's questions."""
    return f"set-{code}"


def tallying_stream(round_id: str) -> str:
    """Return the stream of a round from opening to closing."""
    return f"tallying-{round_id}"


def tally_stream(round_id: str, unit: str) -> str:
    """Return the stream of a unit's tallies in a round."""
    return f"tally-{round_id}/{unit}"


def presses_stream(authority: str) -> str:
    """Return the stream of the rounds that count presses at units of an authority."""
    return f"presses-{authority}"


def authority_of(unit: str) -> str:
    """Return the authority that a unit belongs to: the first group of its code."""
    return unit.split(".", 1)[0]


UPCASTERS = {("SurveyOpened", 1): by_defaults, ("SurveyOpened", 2): by_defaults}
