import pytest

from assessment.appraising.closing import round_closing
from assessment.appraising.commands import CloseRound, ReopenRound
from assessment.appraising.refusals import (
    DeadlinePassedError,
    RoundClosedBeforeError,
    RoundNotClosedError,
    UnitsNotAppraisedError,
    UnitsNotInRoundError,
)
from assessment.appraising.state import UnitCompletion
from assessment.opening.events import RoundClosed, RoundOpened, RoundReopened
from parindex.contracts.assessment import Block, RoundUnit
from parindex.testing.rules import Rules

NOW, SOON = "2026-07-01T12:00:00.000000Z", "2026-08-01T00:00:00.000000Z"
UNITS = [RoundUnit(code="H16.01", name="Sở Nội vụ"), RoundUnit(code="H16.02", name="Sở Tư pháp")]
BLOCK = Block(code="so", name="Sở", criteria_set="s", units=UNITS)
OPEN = Rules(round_closing).given(RoundOpened("H16", "r", 2026, "Đợt", "", (BLOCK,)))
CLOSED = OPEN.given(RoundClosed("r", 1))


def completion(unit: str, completed_for: int) -> UnitCompletion:
    return UnitCompletion(unit, f"Đơn vị {unit}", 7, claims=6, submitted=True, findings=5, completed_for=completed_for)


def close(*completed_for: int) -> CloseRound:
    return CloseRound("r", tuple(completion(unit.code, at) for unit, at in zip(UNITS, completed_for, strict=True)))


def test_a_round_closes_when_every_unit_is_appraised() -> None:
    assert OPEN.when(close(1, 1)) == (RoundClosed("r", 1),)


def test_a_closing_too_early_is_refused_with_the_units_and_how_far_each_is() -> None:
    with pytest.raises(UnitsNotAppraisedError) as refused:
        OPEN.when(close(1, 0))
    (place,) = refused.value.places
    assert place.at == "/units/H16.02"
    assert "6/7" in place.vi
    assert "5 of 7 appraised" in place.en


def test_a_closed_round_is_not_closed_again() -> None:
    with pytest.raises(RoundClosedBeforeError):
        CLOSED.when(close(1, 1))


def test_a_reopened_round_closes_by_the_next_number_when_its_units_are_complete_again() -> None:
    reopened = CLOSED.after(ReopenRound("r", ("H16.02", "H16.02"), "reason:1", NOW))
    assert reopened.history[-1] == RoundReopened("r", 1, ("H16.02",), "reason:1")
    with pytest.raises(UnitsNotAppraisedError):
        reopened.when(close(1, 1))
    assert reopened.when(close(1, 2)) == (RoundClosed("r", 2),)


def test_a_reopening_that_names_no_unit_is_for_all() -> None:
    (fact,) = CLOSED.when(ReopenRound("r", (), "reason:1", NOW))
    assert fact == RoundReopened("r", 1, ("H16.01", "H16.02"), "reason:1")


def test_only_a_closed_round_is_reopened() -> None:
    with pytest.raises(RoundNotClosedError):
        OPEN.when(ReopenRound("r", (), "reason:1", NOW))


def test_a_reopening_names_units_of_the_round() -> None:
    with pytest.raises(UnitsNotInRoundError) as refused:
        CLOSED.when(ReopenRound("r", ("H16.01", "H16.09"), "reason:1", NOW))
    assert [place.at for place in refused.value.places] == ["/units/1"]


def test_a_reopening_has_a_deadline_of_its_own_or_none_and_none_that_has_passed() -> None:
    opened = RoundOpened("H16", "r", 2026, "Đợt", "", (BLOCK,), appraisal_until=SOON)
    closed = Rules(round_closing).given(opened, RoundClosed("r", 1))
    assert closed.state.appraisal_until == {"H16.01": SOON, "H16.02": SOON}
    later = "2026-09-01T00:00:00.000000Z"
    until = closed.after(ReopenRound("r", ("H16.02",), "reason:1", NOW, later))
    assert until.state.appraisal_until == {"H16.01": SOON, "H16.02": later}
    assert closed.after(ReopenRound("r", (), "reason:1", NOW)).state.appraisal_until == {"H16.01": "", "H16.02": ""}
    with pytest.raises(DeadlinePassedError):
        closed.when(ReopenRound("r", (), "reason:1", NOW, NOW))
