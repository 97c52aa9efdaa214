"""The rules of admitting: a set's questions are learned, a round is opened and cut off, presses are admitted. Pure."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from parindex.contracts.unknown import RoundUnknownError
from parindex.eventstore.decider import Decider
from survey.admitting.commands import (
    AdmissionCommand,
    AdmitPresses,
    CloseRating,
    LearnQuestions,
    OpenSurvey,
    SurveyCommand,
)
from survey.admitting.events import (
    AdmissionFact,
    PressesAdmitted,
    PressesStopped,
    RatingClosed,
    SetQuestionsLearned,
    SurveyFact,
    SurveyOpened,
)
from survey.admitting.state import Admissions, Admitted, Questions, Survey

MOST_CLOSED = 50
"""Closed rounds of an authority that are remembered, so that a press can be late in one of them."""


def _learn(command: LearnQuestions, known: Questions) -> Sequence[SetQuestionsLearned]:
    return [SetQuestionsLearned(command.criteria_set, command.questions)] if known is None else []


def _survey(command: SurveyCommand, survey: Survey) -> Sequence[SurveyFact]:
    match command:
        case OpenSurvey():  # published in every partition: the first one opens
            return [] if survey.opened else [_opened(command)]
        case CloseRating():
            _require_opened(command.round, survey)
            return [] if survey.closing else [RatingClosed(command.round, 1)]
        case _:
            assert_never(command)


def _require_opened(round_id: str, survey: Survey) -> None:
    if not survey.opened:
        raise RoundUnknownError(round_id)


def _opened(command: OpenSurvey) -> SurveyOpened:
    window = command.pressed_from, command.pressed_until
    return SurveyOpened(command.authority, command.round, command.blocks, *window, command.training)


def _survey_after(survey: Survey, fact: SurveyFact) -> Survey:
    match fact:
        case SurveyOpened():
            return Survey(fact.authority, fact.blocks, pressed_from=fact.pressed_from, pressed_until=fact.pressed_until)
        case RatingClosed():
            return replace(survey, closing=fact.closing)
        case _:
            assert_never(fact)


def _admit(command: AdmissionCommand, admissions: Admissions) -> Sequence[AdmissionFact]:
    known = {each.round: each for each in admissions.rounds}
    if isinstance(command, AdmitPresses):
        fact = PressesAdmitted(command.authority, command.round, command.pressed_from, command.pressed_until)
        return [] if command.round in known else [fact]
    is_open = command.round in known and not known[command.round].closed
    return [PressesStopped(command.authority, command.round)] if is_open else []


def _admissions_after(admissions: Admissions, fact: AdmissionFact) -> Admissions:
    if isinstance(fact, PressesAdmitted):
        admitted = Admitted(fact.round, fact.pressed_from, fact.pressed_until)
        return Admissions((*admissions.rounds, admitted))
    closed = [replace(each, closed=True) if each.round == fact.round else each for each in admissions.rounds]
    forgotten = [each.round for each in closed if each.closed][:-MOST_CLOSED]
    return Admissions(tuple(each for each in closed if each.round not in forgotten))


learning: Decider[LearnQuestions, Questions, SetQuestionsLearned] = Decider(
    None, _learn, lambda _, fact: fact.questions
)
surveying: Decider[SurveyCommand, Survey, SurveyFact] = Decider(Survey(), _survey, _survey_after)
admitting: Decider[AdmissionCommand, Admissions, AdmissionFact] = Decider(Admissions(), _admit, _admissions_after)
