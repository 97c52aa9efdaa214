"""The commands of admitting."""

from dataclasses import dataclass

from survey.admitting.questions import Asked, Surveyed


@dataclass(frozen=True, slots=True)
class AdmitPresses:
    """Let a round count presses from one instant to another; "" means no bound."""

    authority: str
    round: str
    pressed_from: str
    pressed_until: str


@dataclass(frozen=True, slots=True)
class CutOffPresses:
    authority: str
    round: str


@dataclass(frozen=True, slots=True)
class LearnQuestions:
    criteria_set: str
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """Know a round; a press may count in it from `pressed_from` on and before `pressed_until` ("": no bound).

    In a `training` round no press counts.
    """

    authority: str
    round: str
    blocks: tuple[Surveyed, ...]
    pressed_from: str = ""
    pressed_until: str = ""
    training: bool = False


@dataclass(frozen=True, slots=True)
class CloseRating:
    round: str


AdmissionCommand = AdmitPresses | CutOffPresses
SurveyCommand = OpenSurvey | CloseRating
