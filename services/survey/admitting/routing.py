"""Routing: the round that counts a press, or the reason why none does. Pure.

It is decided once, when the press is recorded. A round counts a press that was made within its window and received
before its cut-off. Of several such rounds, the one whose window begins last counts it, then the one that was opened
first; so a press is in one round and never in two.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from parindex.contracts.assessment import RoundOpened, press_window_of
from parindex.eventstore.appending import StreamHead, Undecided
from parindex.instant import instant, moment
from survey.admitting.opened_rounds import OpenedRound, OpenedRounds
from survey.admitting.questions import Asked, Question, options_for, options_of_older
from survey.admitting.state import LATE, OUTSIDE_SURVEY, UNFIT, Admitted

OUTSIDE_WINDOW = "outside-window"
OPTION_UNKNOWN = "option-unknown"
NOT_ASKED = "not-asked"
NO_ROUND = "no-round"
REASONS = {
    LATE: ("Đợt đã đóng phần khảo sát.", "The round's tallies are closed already."),
    OUTSIDE_WINDOW: (
        "Thời điểm bấm nằm ngoài thời gian của đợt; hãy kiểm tra đồng hồ kiosk.",
        "It was pressed outside the time of the round; check the kiosk's clock.",
    ),
    OPTION_UNKNOWN: ("Bộ chỉ số không tính nút này.", "The criteria set does not score this option."),
    OUTSIDE_SURVEY: (
        "Câu hỏi này lấy kết quả khảo sát bên ngoài.",
        "An outside survey has answered this question.",
    ),
    NOT_ASKED: (
        "Đợt không hỏi câu này (hoặc nhóm này) ở đơn vị này.",
        "The round does not ask this question (of this group) at this unit.",
    ),
    NO_ROUND: ("Chưa có đợt nào cho đơn vị này.", "There is no round for this unit."),
}
"""Every reason for which a press is set aside, in both languages."""

REASONS_OF_OLDER = {
    UNFIT: (
        "Lượt bấm được ghi trước khi hệ thống giữ lý do; đợt không tính nó.",
        "It was recorded before reasons were kept, and the round does not count it.",
    ),
}
"""Further reasons, for presses recorded before rounds had windows."""

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)

Verdict = tuple[str, str]
"""The round that counts a press and no reason; or the round beside whose tallies it is set aside, and why."""

Route = Callable[[str, int, str], Verdict]
"""From an instant, its accuracy in seconds and an option: the round that counts the press; or beside which, and why."""

FindRoute = Callable[[Question, Sequence[StreamHead]], Route | Undecided]
"""Finds the route of presses at a question, from the heads of the streams that the append reads."""

AskedOf = Mapping[str, Mapping[str, tuple[Asked, ...]]]
"""What each round asks of each unit."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A round that asks the question, and the options that it counts."""

    round: str
    since: str
    until: str
    options: tuple[str, ...]
    any_option: bool = False  # by the rule for presses recorded before options were checked


@dataclass(frozen=True, slots=True)
class Asking:
    """The rounds that ask one question of one unit, each list in the order of preference; `why` says why none does."""

    open: tuple[Candidate, ...] = ()
    closed: tuple[Candidate, ...] = ()
    why: str = NO_ROUND


def window_of(contract: RoundOpened) -> tuple[str, str]:
    """Return from when on and before when a press counts: as stated, or the round's year and the next, in Việt Nam."""
    return press_window_of(contract.year, contract.pressed_from, contract.pressed_until)


def nowhere(at: str, accuracy_s: int, option: str) -> Verdict:  # noqa: ARG001  # a Route
    """Route a press while no round is known."""
    return "", NO_ROUND


def no_rounds(question: Question, read: Sequence[StreamHead]) -> Route:  # noqa: ARG001  # a FindRoute
    """Find the route of presses while no round is known."""
    return nowhere


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

    The verdict is that of the first option that counts; if no option counts, that of the first one.
    """
    verdicts = {option: judge(asking, at, 0, option, answered_outside) for option in options}
    unknown = tuple(option for option, (_, reason) in verdicts.items() if reason == OPTION_UNKNOWN)
    return min(verdicts.values(), key=lambda verdict: verdict[1] != ""), unknown


def rounds_asking(rounds: Iterable[Admitted], asked: AskedOf, question: Question, *, older: bool = False) -> Asking:
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


def verdicts_of_older(opened: OpenedRounds, question: Question, option: str) -> list[Verdict]:
    """Return the rounds that a press of before rounds had windows belongs to, each with why it does not count there.

    No reason: it counts. `opened` is as of the press's position in the log.
    """
    return [(each.round, _reason_of_older(each, options, option)) for each, options in opened.that_ask(question)]


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
    return "", OUTSIDE_WINDOW if asking.closed else asking.why  # only late presses are shown beside a closed round


def _around(at: str, accuracy_s: int) -> tuple[str, str]:
    """Return the instants so many seconds before and after one, as far as there are such years."""
    within, own = timedelta(seconds=accuracy_s), moment(at)
    return instant(max(own, FIRST + within) - within), instant(min(own, LAST - within) + within)


def _reason_of_older(opened: OpenedRound, options: tuple[str, ...], option: str) -> str:
    if opened.closed_at:
        return LATE
    return UNFIT if options and option not in options else ""
