"""The rules of tallying, on the small states of three kinds of streams: what a set asks, a round, a unit's tallies."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import assert_never

import msgspec
from msgspec.structs import replace

from parindex.contracts.survey import OptionCount, SetAside
from parindex.contracts.unknown import RoundUnknownError
from parindex.eventstore.decider import Codec, Decider
from survey.tallying.commands import (
    BringInTallies,
    CloseRating,
    CloseTally,
    CountPresses,
    Key,
    LearnQuestions,
    OpenSurvey,
    OutsideTally,
    Presses,
    ReceiveOutsideTallies,
    SurveyCommand,
    TallyCommand,
)
from survey.tallying.events import (
    KIOSK,
    OUTSIDE,
    OutsideTalliesReceived,
    PressesSetAside,
    RatingClosed,
    SetQuestionsLearned,
    SurveyFact,
    SurveyOpened,
    TallyClosed,
    TallyFact,
    TallyUpdated,
)
from survey.tallying.questions import Asked
from survey.tallying.refusals import TallyClosedError
from survey.tallying.survey import LATE, OUTSIDE_SURVEY, Book, Line, Survey, book_of, questions_of, survey_of

Questions = tuple[Asked, ...] | None


def _learn(command: LearnQuestions, known: Questions) -> Sequence[SetQuestionsLearned]:
    return [SetQuestionsLearned(command.criteria_set, command.questions)] if known is None else []


def _tally_round(command: SurveyCommand, survey: Survey) -> Sequence[SurveyFact]:
    if isinstance(command, OpenSurvey):  # told once for every partition: the first one opens
        return [] if survey.opened else [_opened(command)]
    if not survey.opened:
        raise RoundUnknownError(command.round)
    match command:
        case ReceiveOutsideTallies():
            if survey.closing:
                raise TallyClosedError(command.round)
            return [OutsideTalliesReceived(command.round, command.rows)]
        case CloseRating():
            return [] if survey.closing else [RatingClosed(command.round, 1)]
        case CloseTally():
            return [] if survey.closed else [_closed(command, survey)]
        case _:
            assert_never(command)


def _opened(command: OpenSurvey) -> SurveyOpened:
    window = command.pressed_from, command.pressed_until
    return SurveyOpened(command.authority, command.round, command.blocks, *window)


def _closed(command: CloseTally, survey: Survey) -> TallyClosed:
    return TallyClosed(command.round, survey.closing, command.covers, command.counted, command.set_aside)


def _round_after(survey: Survey, fact: SurveyFact) -> Survey:
    match fact:
        case SurveyOpened():
            return Survey(fact.authority, fact.blocks, pressed_from=fact.pressed_from, pressed_until=fact.pressed_until)
        case OutsideTalliesReceived():
            return survey
        case RatingClosed():
            return replace(survey, closing=fact.closing)
        case TallyClosed():
            return replace(survey, closed=True, covers=fact.covers)
        case _:
            assert_never(fact)


def _tally_unit(command: TallyCommand, book: Book) -> Sequence[TallyFact]:
    match command:
        case CountPresses():
            return [fact for key in sorted(command.presses) for fact in _counted(command, book.line(*key), key)]
        case BringInTallies():
            brought = [_brought(command, tally) for tally in command.tallies]
            return [fact for fact in brought if _line(fact, book) != book.line(fact.question, fact.group)]
        case _:
            assert_never(command)


def _counted(command: CountPresses, line: Line, key: Key) -> Iterator[TallyFact]:
    presses = command.presses[key]
    if line.origin == OUTSIDE:  # a score from outside is not mixed with presses; they stay visible beside it
        beside = Counter(presses.aside) + Counter({OUTSIDE_SURVEY: sum(presses.counts.values())})
        presses = Presses(aside=beside)
    if presses.counts:
        options = sorted(line.counts.keys() | presses.counts.keys())
        counts = tuple(
            OptionCount(option=option, count=line.counts.get(option, 0) + presses.counts.get(option, 0))
            for option in options
        )
        yield TallyUpdated(command.round, command.unit, *key, KIOSK, counts, "", "", command.covers)
    if presses.aside:
        reasons = dict(sorted((Counter(line.reasons) + Counter(presses.aside)).items()))
        late = line.late + presses.aside.get(LATE, 0)
        unfit = line.unfit + sum(presses.aside.values()) - presses.aside.get(LATE, 0)
        told = tuple(SetAside(reason=reason, count=count) for reason, count in reasons.items())
        yield PressesSetAside(command.round, command.unit, *key, late, unfit, command.seen, told)


def _brought(command: BringInTallies, tally: OutsideTally) -> TallyUpdated:
    counts = tuple(OptionCount(option=option, count=count) for option, count in sorted(tally.counts))
    return TallyUpdated(
        command.round, command.unit, tally.question, tally.group, OUTSIDE, counts, tally.score, tally.out_of, 0
    )


def _unit_after(book: Book, fact: TallyFact) -> Book:
    return book.with_line(_line(fact, book))


def _line(fact: TallyFact, book: Book) -> Line:
    line = book.line(fact.question, fact.group)
    match fact:
        case TallyUpdated():
            counts = {count.option: count.count for count in fact.counts}
            return replace(
                line, origin=fact.origin, counts=counts, score=fact.score, out_of=fact.out_of, covers=fact.covers
            )
        case PressesSetAside():
            reasons = {each.reason: each.count for each in fact.reasons}
            return replace(line, late=fact.late, unfit=fact.unfit, reasons=reasons)
        case _:
            assert_never(fact)


learning: Decider[LearnQuestions, Questions, SetQuestionsLearned] = Decider(
    None, _learn, lambda _, fact: fact.questions
)
tallying: Decider[SurveyCommand, Survey, SurveyFact] = Decider(Survey(), _tally_round, _round_after)
unit_tallies: Decider[TallyCommand, Book, TallyFact] = Decider(Book(), _tally_unit, _unit_after)

ASKED_OF_SET: Codec[Questions] = Codec(questions_of, msgspec.json.encode)
SURVEY: Codec[Survey] = Codec(survey_of, msgspec.json.encode)
BOOK: Codec[Book] = Codec(lambda head: book_of(head.state), msgspec.json.encode)
