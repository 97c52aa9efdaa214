"""Rules of streams that two steps append to, put together: a test gives and folds the events of both."""

from typing import Any

from parindex.eventstore.decider import Decider
from survey.admitting.commands import CloseRating, OpenSurvey
from survey.admitting.decisions import surveying
from survey.admitting.events import RatingClosed, SurveyOpened
from survey.admitting.state import Survey
from survey.enrolling.decisions import enrolling
from survey.enrolling.state import Kiosk
from survey.rating.events import RatingRecorded
from survey.rating.state import after_presses
from survey.tallying.decisions import tallying


def _decide(command: Any, survey: Survey) -> Any:
    step = surveying if isinstance(command, OpenSurvey | CloseRating) else tallying
    return step.decide(command, survey)


def _survey_after(survey: Survey, fact: Any) -> Survey:
    step = surveying if isinstance(fact, SurveyOpened | RatingClosed) else tallying
    return step.evolve(survey, fact)


def _kiosk_after(kiosk: Kiosk, fact: Any) -> Kiosk:
    return after_presses(kiosk, [fact]) if isinstance(fact, RatingRecorded) else enrolling.evolve(kiosk, fact)


WHOLE_ROUND: Decider[Any, Survey, Any] = Decider(Survey(), _decide, _survey_after)
WHOLE_KIOSK: Decider[Any, Kiosk, Any] = Decider(Kiosk(), enrolling.decide, _kiosk_after)
