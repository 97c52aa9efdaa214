from typing import Any

import msgspec
import pytest
from tests.survey.whole_streams import WHOLE_KIOSK

from parindex.eventstore.appending import StreamHead, Undecided
from parindex.eventstore.command_handling import decide_at_head
from parindex.refusal import Place
from parindex.testing.rules import Rules
from parindex.values.days import day_in_vietnam
from survey.enrolling.commands import RegisterKiosk, RevokeKiosk
from survey.enrolling.decisions import enrolling
from survey.enrolling.events import KioskEnrolled, KioskRegistered
from survey.enrolling.refusals import KioskRevokedError, KioskUnknownError
from survey.enrolling.state import KIOSK_CODEC, Kiosk
from survey.rating.commands import RecordRatings
from survey.rating.decisions import ComparisonNeeded, rating
from survey.rating.events import RatingRecorded
from survey.rating.refusals import PressesInvalidError, SequenceGapError
from survey.rating.state import MARKS, Press

NOON, LATEST = "2026-07-01T12:00:00.000000Z", "2026-07-01T12:05:00.000000Z"
REGISTERED = KioskRegistered("k1", "H09.05", "hai-long", "", ("1", "5"))
ENROLLED: Rules[Any, Kiosk, Any] = Rules(WHOLE_KIOSK).given(REGISTERED, KioskEnrolled("k1"))


def press(seq: int, option: str = "5", at: str = NOON) -> Press:
    return Press(seq, option, at, 0)


def record(*presses: Press, compared: int = 0) -> RecordRatings:
    return RecordRatings("k1", presses, NOON, LATEST, compared)


def pressed(rules: Rules[Any, Kiosk, Any], command: RecordRatings) -> tuple[RatingRecorded, ...]:
    decided = rating.decide(command, rules.state)
    assert not isinstance(decided, Undecided)
    return tuple(decided[0])


def recorded(seq: int, option: str = "5", at: str = NOON) -> RatingRecorded:
    return RatingRecorded("k1", "H09.05", "hai-long", "", seq, option, at, 0, set_aside="no-round")


def test_a_press_is_recorded_with_the_kiosks_unit_and_question() -> None:
    assert pressed(ENROLLED, record(press(1), press(2, "1"))) == (recorded(1), recorded(2, "1"))


def test_the_first_number_is_one() -> None:
    with pytest.raises(SequenceGapError, match="1 was expected, 2 came") as refused:
        pressed(ENROLLED, record(press(2)))
    assert refused.value.members == {"expected_seq": 1}


def test_presses_of_one_batch_follow_one_another() -> None:
    with pytest.raises(PressesInvalidError) as refused:
        pressed(ENROLLED, record(press(1), press(1), press(4)))
    assert list(refused.value.places) == [
        Place("/1/seq", "Phải là số 2.", "It has to be 2."),
        Place("/2/seq", "Phải là số 3.", "It has to be 3."),
    ]


def test_a_kiosk_has_its_own_options() -> None:
    with pytest.raises(PressesInvalidError) as refused:
        pressed(ENROLLED, record(press(1), press(2, "3")))
    (wrong,) = refused.value.places
    assert wrong == Place("/1/option", "Kiosk chỉ có các nút: 1, 5.", "The kiosk's options are: 1, 5.")


def test_a_press_from_the_future_is_taken_and_marked_and_judged_by_its_receipt() -> None:
    judged: list[str] = []

    def route(at: str, accuracy_s: int, option: str) -> tuple[str, str]:
        judged.append(at)
        return "r-2026", ""

    ahead = "2026-07-01T12:05:00.000001Z"
    command = msgspec.structs.replace(record(press(1, at=LATEST), press(2, at=ahead)), find_route=lambda *_: route)
    plain, marked = pressed(ENROLLED, command)
    assert (plain.pressed_at, plain.received_at) == (LATEST, "")
    assert (marked.pressed_at, marked.received_at, marked.round) == (ahead, NOON, "r-2026")
    assert judged == [LATEST, NOON]


def test_a_press_is_judged_by_what_is_known_of_it_and_of_the_rounds_that_ask_its_question() -> None:
    known: list[Any] = []

    def route(at: str, accuracy_s: int, option: str) -> tuple[str, str]:
        known.append((at, accuracy_s, option))
        return "r-2026", "late"

    def find_route(*asked: Any) -> Any:
        known.append(asked)
        return route

    rounds = StreamHead(7)
    command = msgspec.structs.replace(record(Press(1, "1", NOON, 30)), find_route=find_route)
    decided = rating.decide(command, ENROLLED.state, rounds)
    assert not isinstance(decided, Undecided)
    assert decided[0] == [RatingRecorded("k1", "H09.05", "hai-long", "", 1, "1", NOON, 30, "r-2026", "late")]
    assert known == [(("H09.05", "hai-long", ""), (rounds,)), (NOON, 30, "1")]


def test_a_kiosk_that_is_not_registered_sends_no_presses() -> None:
    with pytest.raises(KioskUnknownError, match="No kiosk is called k1"):
        pressed(Rules(WHOLE_KIOSK), record(press(1)))


def test_a_revoked_kiosk_presses_no_more() -> None:
    revoked = ENROLLED.after(RevokeKiosk("k1"))
    with pytest.raises(KioskRevokedError):
        pressed(revoked, record(press(1)))


class Head:
    """A stream that is decided upon by its stored state, batch by batch."""

    def __init__(self) -> None:
        self.state = StreamHead(0)
        self.put(RegisterKiosk("k1", "H09.05", "hai-long", "", ("1", "5")))

    def put(self, command: RecordRatings | RegisterKiosk) -> list[Any] | Undecided:
        decide = (
            decide_at_head(rating, command, KIOSK_CODEC)
            if isinstance(command, RecordRatings)
            else decide_at_head(enrolling, command, KIOSK_CODEC)
        )
        decided = decide(self.state)
        if isinstance(decided, Undecided):
            return decided
        self.state = StreamHead(self.state.version + len(decided.facts), decided.state or self.state.state)
        return list(decided.facts)


def test_a_batch_proves_itself_by_the_marks_at_its_ends() -> None:
    head = Head()
    head.put(record(press(1), press(2)))
    head.put(record(press(3), press(4)))
    assert head.put(record(press(3), press(4))) == []
    assert head.put(record(press(1), press(2), press(3), press(4), press(5))) == [recorded(5)]


def test_the_log_is_read_where_the_marks_do_not_decide() -> None:
    head = Head()
    head.put(record(press(1), press(2), press(3)))
    for unproven in (record(press(2)), record(press(1), press(2, "1"), press(3))):
        assert head.put(unproven) == ComparisonNeeded(3 if len(unproven.presses) > 1 else 2)
    assert head.put(record(press(2), press(3), press(4))) == ComparisonNeeded(3)
    assert head.put(record(press(2), press(3), press(4), compared=3)) == [recorded(4)]


def test_only_the_last_batches_are_remembered_and_the_state_stays_small() -> None:
    head = Head()
    for seq in range(1, 200):
        head.put(record(press(seq)))
    assert head.put(record(press(200 - MARKS + 1))) == []
    assert head.put(record(press(200 - MARKS))) == ComparisonNeeded(200 - MARKS)
    assert len(head.state.state or b"") < 600


def test_presses_are_counted_by_their_day_in_vietnam() -> None:
    assert (day_in_vietnam("2026-07-01T16:59:59.999999Z"), day_in_vietnam("2026-07-01T17:00:00.000000Z")) == (
        "2026-07-01",
        "2026-07-02",
    )
    evening = [recorded(1, at="2026-07-01T16:59:00.000000Z"), recorded(2, at="2026-07-01T17:00:00.000000Z")]
    state: Kiosk = ENROLLED.given(*evening, recorded(3, at="2026-07-01T10:00:00.000000Z")).state
    assert (state.day, state.pressed, state.last_seq) == ("2026-07-02", 1, 3)


def test_presses_recorded_since_the_comparison_are_compared_as_well() -> None:
    on_record = ENROLLED.given(*(recorded(seq) for seq in range(1, 5)))
    unproven = record(press(1), press(2), press(3), press(4, "1"), compared=3)
    assert rating.decide(unproven, on_record.state) == ComparisonNeeded(4)
