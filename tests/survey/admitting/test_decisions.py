import pytest

from parindex.contracts.unknown import RoundUnknownError
from parindex.testing.rules import Rules
from survey.admitting.commands import AdmitPresses, CloseRating, CutOffPresses, LearnQuestions, OpenSurvey
from survey.admitting.decisions import MOST_CLOSED, admitting, learning, surveying
from survey.admitting.events import PressesAdmitted, PressesStopped, RatingClosed, SetQuestionsLearned, SurveyOpened
from survey.admitting.questions import Asked, Surveyed
from survey.admitting.state import Admissions, Admitted, Survey

FROM, UNTIL = "2026-05-31T17:00:00.000000Z", "2026-08-31T17:00:00.000000Z"
QUESTIONS = (Asked(question="hai-long", options=("1", "5")),)
BLOCKS = (Surveyed(criteria_set="bo", questions=QUESTIONS, units=("H09.05",)),)
OPENED = SurveyOpened("H09", "r-1", BLOCKS, FROM, UNTIL)


def admitted(name: str) -> PressesAdmitted:
    return PressesAdmitted("H09", name, FROM, UNTIL)


def test_the_questions_of_a_set_are_learned_once_even_where_it_asks_none() -> None:
    assert Rules(learning).when(LearnQuestions("bo", QUESTIONS)) == (SetQuestionsLearned("bo", QUESTIONS),)
    assert Rules(learning).given(SetQuestionsLearned("bo", QUESTIONS)).state == QUESTIONS
    assert Rules(learning).given(SetQuestionsLearned("bo", ())).when(LearnQuestions("bo", QUESTIONS)) == ()


def test_a_round_opens_once_with_its_blocks_and_its_window() -> None:
    command = OpenSurvey("H09", "r-1", BLOCKS, FROM, UNTIL)
    assert Rules(surveying).when(command) == (OPENED,)
    opened = Rules(surveying).given(OPENED)
    assert opened.state == Survey("H09", BLOCKS, pressed_from=FROM, pressed_until=UNTIL)
    assert opened.when(command) == ()


def test_a_round_is_cut_off_once_and_stays_what_it_was() -> None:
    opened = Rules(surveying).given(OPENED)
    assert opened.when(CloseRating("r-1")) == (RatingClosed("r-1", 1),)
    closed = opened.after(CloseRating("r-1"))
    assert closed.when(CloseRating("r-1")) == ()
    assert closed.state == Survey("H09", BLOCKS, closing=1, pressed_from=FROM, pressed_until=UNTIL)


def test_a_round_that_was_never_opened_is_not_cut_off() -> None:
    with pytest.raises(RoundUnknownError, match="no round “r-1”"):
        Rules(surveying).when(CloseRating("r-1"))


def test_a_round_admits_presses_of_its_window_once() -> None:
    command = AdmitPresses("H09", "r-1", FROM, UNTIL)
    assert Rules(admitting).when(command) == (admitted("r-1"),)
    known = Rules(admitting).given(admitted("r-1"))
    assert known.when(command) == ()
    assert known.state == Admissions((Admitted("r-1", FROM, UNTIL),))
    assert known.when(AdmitPresses("H09", "r-2", "", "")) == (PressesAdmitted("H09", "r-2", "", ""),)


def test_only_a_round_that_admits_presses_is_cut_off_and_only_once() -> None:
    both = Rules(admitting).given(admitted("r-1"), admitted("r-2"))
    assert both.when(CutOffPresses("H09", "r-1")) == (PressesStopped("H09", "r-1"),)
    stopped = both.after(CutOffPresses("H09", "r-1"))
    assert stopped.when(CutOffPresses("H09", "r-1")) == ()
    assert stopped.when(AdmitPresses("H09", "r-1", FROM, UNTIL)) == ()
    assert stopped.when(CutOffPresses("H09", "r-3")) == ()
    assert stopped.state == Admissions((Admitted("r-1", FROM, UNTIL, closed=True), Admitted("r-2", FROM, UNTIL)))


def test_only_the_newest_closed_rounds_are_remembered_and_every_open_one() -> None:
    names = [f"r-{each}" for each in range(MOST_CLOSED + 2)]
    every = Rules(admitting).given(admitted("open"), *(admitted(name) for name in names))
    full = every.given(*(PressesStopped("H09", name) for name in names[:MOST_CLOSED]))
    assert [each.round for each in full.state.rounds] == ["open", *names]
    past = full.given(*(PressesStopped("H09", name) for name in names[MOST_CLOSED:]))
    assert [each.round for each in past.state.rounds] == ["open", *names[2:]]
