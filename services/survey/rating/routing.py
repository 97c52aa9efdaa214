"""Which round counts a press, or why none does: decided once, where the press is recorded. Pure.

A round counts a press that was made within its window and received before its cut-off. Of several such rounds, the one
whose window begins last counts it, then the one that was opened first; so a press is in one round and never in two.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from parindex.eventstore.appending import StreamHead
from parindex.eventstore.decider import Decider
from parindex.instant import instant, moment
from survey.rating.commands import AdmitPresses, CutOffPresses, Question
from survey.rating.events import PressesAdmitted, PressesStopped
from survey.tallying.questions import Asked, options_for, options_of_older
from survey.tallying.survey import LATE, OUTSIDE_SURVEY

OUTSIDE_WINDOW = "outside-window"
OPTION_UNKNOWN = "option-unknown"
NOT_ASKED = "not-asked"
NO_ROUND = "no-round"

MOST_CLOSED = 50
"""Closed rounds of an authority that are remembered, so that a press can be late in one of them."""

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)

Verdict = tuple[str, str]
"""The round that counts a press and no reason; or the round beside whose tallies it is set aside, and why."""
AskedOf = Mapping[str, Mapping[str, tuple[Asked, ...]]]
"""What each round asks of each unit."""


class Admitted(msgspec.Struct, frozen=True, omit_defaults=True):
    """A round that counts presses from `since` on and before `until`; "" stands for no bound."""

    round: str
    since: str = ""
    until: str = ""
    closed: bool = False


class Admissions(msgspec.Struct, frozen=True, omit_defaults=True):
    """The rounds of one authority that may count presses, in the order of opening."""

    rounds: tuple[Admitted, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A round that asks the question, and the options that it counts."""

    round: str
    since: str
    until: str
    options: tuple[str, ...]
    any_option: bool = False  # by the rule of before


@dataclass(frozen=True, slots=True)
class Asking:
    """The rounds that ask one question of one unit, each list in the order of preference; `why` says why none does."""

    open: tuple[Candidate, ...] = ()
    closed: tuple[Candidate, ...] = ()
    why: str = NO_ROUND


def judge(asking: Asking, at: str, accuracy_s: int, option: str, answered_outside: Collection[str] = ()) -> Verdict:
    """Say which round counts a press that was made at an instant, within so many seconds; or why none does."""
    for candidate in asking.open:  # most presses get no further
        if at >= candidate.since and (not candidate.until or at < candidate.until):
            return _in_round(candidate, option, answered_outside)
    first, last = _around(at, accuracy_s) if accuracy_s else (at, at)
    if perhaps := _holding(asking.open, first, last):
        return _in_round(perhaps, option, answered_outside)
    return _not_counted(asking, first, last)


def counting_at(
    asking: Asking, at: str, options: Iterable[str], answered_outside: Collection[str] = ()
) -> tuple[Verdict, tuple[str, ...]]:
    """Say which round counts a press that is made at an instant, or why none does; and which options it doesn't score.

    The verdict is that of the first option that counts; if there is none, that of the first option.
    """
    verdicts = {option: judge(asking, at, 0, option, answered_outside) for option in options}
    unknown = tuple(option for option, (_, reason) in verdicts.items() if reason == OPTION_UNKNOWN)
    return min(verdicts.values(), key=lambda verdict: verdict[1] != ""), unknown


def asking_of(rounds: Iterable[Admitted], asked: AskedOf, question: Question, *, older: bool = False) -> Asking:
    """Return the rounds that ask a question; `older`: as presses of version 2 were judged."""
    unit, *rest = question
    counting = options_of_older if older else options_for
    mine = [(each, counting(asked[each.round].get(unit, ()), *rest)) for each in rounds]
    asking = [
        (each.closed, Candidate(each.round, each.since, each.until, options, older and not options))
        for each, options in mine
        if options is not None
    ]
    knows = any(unit in asked[each.round] for each, _ in mine)
    is_open = sorted((each for closed, each in asking if not closed), key=lambda each: each.since, reverse=True)
    is_closed = [each for closed, each in reversed(asking) if closed]
    return Asking(tuple(is_open), tuple(is_closed), NOT_ASKED if knows else NO_ROUND)


def admissions_of(head: StreamHead) -> Admissions:
    """Read the small state of `presses-<authority>`."""
    return _decoder.decode(head.state) if head.state else Admissions()


def _holding(candidates: Sequence[Candidate], first: str, last: str) -> Candidate | None:
    """Return the first whose window meets the time between two instants."""
    for each in candidates:
        if last >= each.since and (not each.until or first < each.until):
            return each
    return None


def _in_round(candidate: Candidate, option: str, answered_outside: Collection[str]) -> Verdict:
    if option not in candidate.options and not candidate.any_option:
        return candidate.round, OPTION_UNKNOWN
    return candidate.round, OUTSIDE_SURVEY if candidate.round in answered_outside else ""


def _not_counted(asking: Asking, first: str, last: str) -> Verdict:
    if late := _holding(asking.closed, first, last):
        return late.round, LATE
    if asking.open:
        return asking.open[0].round, OUTSIDE_WINDOW
    return "", OUTSIDE_WINDOW if asking.closed else asking.why  # beside a closed round stands only what is late


def _around(at: str, accuracy_s: int) -> tuple[str, str]:
    """Return the instants so many seconds before and after one, as far as there are such years."""
    within, own = timedelta(seconds=accuracy_s), moment(at)
    return instant(max(own, FIRST + within) - within), instant(min(own, LAST - within) + within)


def _admit(command: AdmitPresses | CutOffPresses, admissions: Admissions) -> Sequence[PressesAdmitted | PressesStopped]:
    known = {each.round: each for each in admissions.rounds}
    if isinstance(command, AdmitPresses):
        fact = PressesAdmitted(command.authority, command.round, command.pressed_from, command.pressed_until)
        return [] if command.round in known else [fact]
    is_open = command.round in known and not known[command.round].closed
    return [PressesStopped(command.authority, command.round)] if is_open else []


def _after(admissions: Admissions, fact: PressesAdmitted | PressesStopped) -> Admissions:
    if isinstance(fact, PressesAdmitted):
        admitted = Admitted(fact.round, fact.pressed_from, fact.pressed_until)
        return Admissions((*admissions.rounds, admitted))
    closed = [replace(each, closed=True) if each.round == fact.round else each for each in admissions.rounds]
    forgotten = [each.round for each in closed if each.closed][:-MOST_CLOSED]
    return Admissions(tuple(each for each in closed if each.round not in forgotten))


admitting: Decider[AdmitPresses | CutOffPresses, Admissions, PressesAdmitted | PressesStopped] = Decider(
    Admissions(), _admit, _after
)
_decoder = msgspec.json.Decoder(Admissions)
