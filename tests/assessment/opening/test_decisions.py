from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from assessment.enacting.figures import leaves_of
from assessment.opening.commands import OpenRound
from assessment.opening.deadlines import Deadlines, OwnDeadlines
from assessment.opening.decisions import RoundInvalidError, RoundOpenedBeforeError, opening
from assessment.opening.events import RoundClosed, RoundOpened, RoundReopened, deadlines_of
from assessment.opening.responsibility import CriterionAppraiser
from assessment.opening.terms import Terms, terms_for
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import AreaKind, CriteriaSet
from parindex.contracts.taken import IdOfAnotherError
from parindex.testing.rules import Rules

OPENING = Rules(opening)
NOW, SOON, LATER = "2026-07-01T12:00:00.000000Z", "2026-08-01T00:00:00.000000Z", "2026-09-01T00:00:00.000000Z"
DEPARTMENTS = Block(
    code="so", name="Sở", criteria_set="ca-mau-2013",
    units=[RoundUnit(code="H16.01", name="Sở Nội vụ"), RoundUnit(code="H16.02", name="Sở Tư pháp")],
)  # fmt: skip


@pytest.fixture
def command(ca_mau: CriteriaSet) -> OpenRound:
    return OpenRound(
        authority="H16",
        round="r-2026",
        year=2026,
        title="Chỉ số CCHC",
        reference="12/KH-UBND",
        blocks=(DEPARTMENTS,),
        appraisers=(CriterionAppraiser("1.2", "H16.02"),),
        deadlines=Deadlines(self_scoring_until=SOON, appraisal_until=LATER),
        sets={"ca-mau-2013": ca_mau},
        at=NOW,
    )


OPENED = RoundOpened(
    "H16", "r-2026", 2026, "Chỉ số CCHC", "12/KH-UBND", (DEPARTMENTS,),
    (CriterionAppraiser("1.2", "H16.02"),), SOON, LATER,
)  # fmt: skip


def places(command: OpenRound, **changes: Any) -> list[str]:
    with pytest.raises(RoundInvalidError) as refused:
        OPENING.when(replace(command, **changes))
    return [place.at for place in refused.value.places]


def test_a_round_opens(command: OpenRound) -> None:
    assert OPENING.when(command) == (OPENED,)


def test_an_id_opens_one_round(command: OpenRound) -> None:
    with pytest.raises(RoundOpenedBeforeError) as refused:
        OPENING.given(OPENED).when(command)
    assert refused.value.round_id == "r-2026"


def test_whether_two_persons_are_needed_is_recorded(command: OpenRound) -> None:
    assert OPENING.when(replace(command, four_eyes=True)) == (replace(OPENED, four_eyes=True),)


@pytest.mark.parametrize(("round_", "opened", "holder"), [("h17-r", [], ""), ("r-2026", [OPENED], "H16")])
def test_an_id_of_another_authority_is_refused_with_its_holder(
    command: OpenRound, round_: str, opened: list[RoundOpened], holder: str
) -> None:
    with pytest.raises(IdOfAnotherError) as refused:
        OPENING.given(*opened).when(replace(command, round=round_, authority="H18"))
    error = refused.value
    assert (error.id_, error.authority, error.at, error.holder) == (round_, "H18", "/round", holder)


def test_a_round_needs_blocks_units_and_sets_that_its_authority_has(command: OpenRound) -> None:
    empty = Block(code="so", name="Sở", criteria_set="other", units=[])
    assert places(command, blocks=(), appraisers=()) == ["/blocks"]
    assert places(command, blocks=(empty, empty), appraisers=()) == [
        "/blocks/1/code", "/blocks/0/units", "/blocks/0/criteria_set", "/blocks/1/units", "/blocks/1/criteria_set",
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["H16", "H17.01", "H161", "H16.", "H16.01"])
def test_each_unit_stands_once_in_the_round_beneath_its_authority(command: OpenRound, code: str) -> None:
    second = Block(code="huyen", name="Huyện", criteria_set="ca-mau-2013", units=[RoundUnit(code=code, name="x")])
    assert places(command, blocks=(DEPARTMENTS, second)) == ["/blocks/1/units/0/code"]


def test_a_unit_that_occurs_twice_is_named_as_in_a_round_file(command: OpenRound) -> None:
    again = Block(code="huyen", name="Huyện", criteria_set="ca-mau-2013", units=DEPARTMENTS.units[:1])
    with pytest.raises(RoundInvalidError) as refused:
        OPENING.when(replace(command, blocks=(DEPARTMENTS, again)))
    [place] = refused.value.places
    assert (place.vi, place.en) == ("Đơn vị “H16.01” bị trùng.", "The unit “H16.01” occurs twice in the round.")


def test_deadlines_lie_ahead_and_in_order(command: OpenRound) -> None:
    assert places(command, deadlines=Deadlines(self_scoring_until=LATER, appraisal_until=SOON)) == [
        "/deadlines/appraisal"
    ]
    assert places(command, deadlines=Deadlines(self_scoring_until=NOW)) == ["/deadlines/self_scoring"]
    assert OPENING.when(replace(command, deadlines=Deadlines()))


FIVE = Deadlines("2026-07-02", "2026-08-01", "2026-08-10", "2026-08-20", "2026-09-01")
OWN = OwnDeadlines(Deadlines(self_scoring_until="2026-08-05"), block="so")


def test_a_round_has_five_dates_and_blocks_and_units_have_their_own(command: OpenRound) -> None:
    of_unit = OwnDeadlines(Deadlines(first_appraisal_until="2026-08-12", appraisal_until="2026-09-09"), unit="H16.02")
    of_block = replace(OWN, deadlines=Deadlines(self_scoring_until="2026-08-05", first_appraisal_until="2026-08-11"))
    [opened] = OPENING.when(replace(command, deadlines=FIVE, own_deadlines=(of_unit, of_block), two_appraisals=True))
    assert isinstance(opened, RoundOpened)
    assert opened.deadlines == FIVE
    of_first = replace(FIVE, self_scoring_until="2026-08-05", first_appraisal_until="2026-08-11")
    assert deadlines_of(opened, "so", "H16.01") == of_first
    of_second = replace(of_first, first_appraisal_until="2026-08-12", appraisal_until="2026-09-09")
    assert deadlines_of(opened, "so", "H16.02") == of_second
    assert deadlines_of(opened, "xa", "H16.31") == FIVE


def test_the_five_dates_are_in_order_and_those_between_need_two_appraisals(command: OpenRound) -> None:
    assert places(command, deadlines=FIVE) == ["/deadlines/first_appraisal", "/deadlines/explanation"]
    assert places(command, deadlines=replace(FIVE, explanation_until="2026-08-09"), two_appraisals=True) == [
        "/deadlines/explanation"
    ]
    assert places(command, deadlines=Deadlines(SOON, SOON)) == ["/deadlines/self_scoring"]
    assert OPENING.when(replace(command, deadlines=Deadlines(self_scoring_from="2020-01-01T00:00:00.000000Z")))


@pytest.mark.parametrize(
    ("own", "wrong"),
    [
        (OwnDeadlines(FIVE), ["unit"]),
        (replace(OWN, unit="H16.01"), ["unit"]),
        (replace(OWN, block="xa"), ["block"]),
        (OwnDeadlines(OWN.deadlines, unit="H16.99"), ["unit"]),
        (OwnDeadlines(Deadlines(self_scoring_until="2020-01-01"), unit="H16.01"), ["self_scoring"]),
        (OwnDeadlines(Deadlines(self_scoring_until="2026-08-15"), unit="H16.01"), ["self_scoring"]),
        (OwnDeadlines(Deadlines(self_scoring_until="2026-08-15", appraisal_until="2026-08-02"), unit="H16.01"),
         ["self_scoring", "appraisal"]),
    ],
)  # fmt: skip
def test_own_dates_are_those_of_a_block_or_a_unit_of_the_round(
    command: OpenRound, own: OwnDeadlines, wrong: list[str]
) -> None:
    found = places(command, deadlines=replace(FIVE, self_scoring_from=""), two_appraisals=True, own_deadlines=(own,))
    assert found == [f"/own_deadlines/0/{field}" for field in wrong]


def test_own_dates_name_something_once_and_give_a_date(command: OpenRound) -> None:
    assert places(command, own_deadlines=(OWN, OWN)) == ["/own_deadlines/1/unit"]
    assert places(command, own_deadlines=(OwnDeadlines(Deadlines(), block="so"),)) == ["/own_deadlines/0"]


def test_the_window_of_presses_is_stated_at_the_opening_and_ends_after_it_begins(command: OpenRound) -> None:
    assert places(command, pressed_from=LATER, pressed_until=LATER) == ["/press_window/until"]
    [opened] = OPENING.when(replace(command, pressed_from=SOON, pressed_until=LATER))
    assert opened == replace(OPENED, pressed_from=SOON, pressed_until=LATER)


@pytest.mark.parametrize(
    ("bounds", "wrong"),
    [
        ({"pressed_from": "2027-12-31T16:59:59.999999Z"}, []),
        ({"pressed_from": "2027-12-31T17:00:00.000000Z"}, ["/press_window/from"]),
        ({"pressed_from": "2031-01-01T00:00:00.000000Z"}, ["/press_window/from"]),
        ({"pressed_until": "2025-12-31T17:00:00.000001Z"}, []),
        ({"pressed_until": "2025-12-31T17:00:00.000000Z"}, ["/press_window/until"]),
        ({"pressed_until": "2020-01-01T00:00:00.000000Z"}, ["/press_window/until"]),
        ({"pressed_from": "2031-01-01T00:00:00.000000Z", "pressed_until": "2031-01-02T00:00:00.000000Z"}, []),
    ],
)
def test_one_bound_alone_lies_within_the_default_of_the_other(
    command: OpenRound, bounds: dict[str, Any], wrong: list[str]
) -> None:
    if wrong:
        assert places(command, **bounds) == wrong
    else:
        assert OPENING.when(replace(command, **bounds))


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        (CriterionAppraiser("9.9", "H16.02"), ["criterion"]),
        (CriterionAppraiser("2.1", "H16.02"), ["criterion"]),
        (CriterionAppraiser("1.1", "H17.02"), ["appraiser"]),
        (CriterionAppraiser("1.1", "H16.02", "huyen"), ["block", "criterion"]),
    ],
)
def test_appraisers_are_agencies_of_the_authority_for_criteria_that_are_appraised(
    command: OpenRound, entry: CriterionAppraiser, wrong: list[str]
) -> None:
    assert places(command, appraisers=(entry,)) == [f"/appraisers/0/{at}" for at in wrong]


def block_with(*not_applicable: str) -> tuple[Block, ...]:
    unit = RoundUnit(code="H16.01", name="Sở Nội vụ", not_applicable=list(not_applicable))
    return (structs.replace(DEPARTMENTS, units=[unit, DEPARTMENTS.units[1]]),)


def test_a_round_says_which_criteria_and_areas_do_not_apply_to_a_unit(command: OpenRound) -> None:
    blocks = block_with("1.1", "2")
    assert OPENING.when(replace(command, blocks=blocks)) == (replace(OPENED, blocks=blocks),)


@pytest.mark.parametrize(
    ("codes", "wrong"), [(["1.9"], ["/0"]), (["1.1", "2", "1.1"], ["/2"]), (["1", "2"], [""]), (["1", "2.1"], [""])]
)
def test_what_does_not_apply_is_in_the_set_and_something_is_left(
    command: OpenRound, codes: list[str], wrong: list[str]
) -> None:
    at = "/blocks/0/units/0/not_applicable"
    assert places(command, blocks=block_with(*codes)) == [f"{at}{place}" for place in wrong]


def test_a_unit_that_only_a_bonus_area_is_left_for_has_no_scale(command: OpenRound, ca_mau: CriteriaSet) -> None:
    rows = [structs.replace(row, area_kind=AreaKind.BONUS) if row.code == "2" else row for row in ca_mau.criteria]
    with_bonus = replace(command, sets={ca_mau.code: structs.replace(ca_mau, criteria=rows)})
    assert places(with_bonus, blocks=block_with("1")) == ["/blocks/0/units/0/not_applicable"]
    assert OPENING.when(replace(with_bonus, blocks=block_with("1.1")))


def test_a_unit_is_not_asked_for_what_does_not_apply_to_it(ca_mau: CriteriaSet) -> None:
    [block] = block_with("1.1", "1.2.2", "2.1")
    seen = terms_for(OPENED, block, ca_mau, "H16.01", due=1, not_applicable=block.units[0].not_applicable)
    assert seen.excluded == {"1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.2.2", "2.1"}
    assert list(seen.appraisers) == ["1.2.1", "1.3"]
    assert seen.leaves.keys() == terms(ca_mau, "H16.01").leaves.keys()


def test_a_criterion_has_one_appraiser(command: OpenRound) -> None:
    entries = (CriterionAppraiser("1.1", "H16.02"), CriterionAppraiser("1.1", "H16.01"))
    assert places(command, appraisers=entries) == ["/appraisers/1/criterion"]


def terms(ca_mau: CriteriaSet, unit: str, *appraisers: CriterionAppraiser) -> Terms:
    return terms_for(replace(OPENED, appraisers=appraisers), DEPARTMENTS, ca_mau, unit, due=1)


def test_an_appraiser_of_a_row_appraises_all_beneath_it_that_has_none_of_its_own(ca_mau: CriteriaSet) -> None:
    given = (
        CriterionAppraiser("1", "H16.07"),
        CriterionAppraiser("1.1", "H16.08"),
        CriterionAppraiser("1.1.4", "H16.09"),
        CriterionAppraiser("1.3", "H16.10"),
        CriterionAppraiser("1.3", "H16.11", "so"),
    )
    assert terms(ca_mau, "H16.01", *given).appraisers == {
        "1.1.1": "H16.08", "1.1.2": "H16.08", "1.1.3": "H16.08", "1.1.4": "H16.09",
        "1.2.1": "H16.07", "1.2.2": "H16.07", "1.3": "H16.11",
    }  # fmt: skip


def test_the_authority_appraises_the_units_without_another_appraiser(ca_mau: CriteriaSet) -> None:
    assert set(terms(ca_mau, "H16.01").appraisers.values()) == {"H16"}


def test_a_unit_never_appraises_itself(ca_mau: CriteriaSet) -> None:
    field = CriterionAppraiser("1.2", "H16.02")
    assert terms(ca_mau, "H16.01", field).appraisers["1.2.1"] == "H16.02"
    assert terms(ca_mau, "H16.02", field).appraisers["1.2.1"] == "H16"


def test_survey_criteria_are_leaves_that_are_not_appraised(ca_mau: CriteriaSet) -> None:
    found = terms(ca_mau, "H16.01")
    assert set(found.leaves) - set(found.appraisers) == {"2.1"}
    assert len(found.leaves) == len(leaves_of(ca_mau))


def test_a_reopened_round_is_due_again_for_the_units_that_it_names() -> None:
    history = (OPENED, RoundClosed("r-2026", 1), RoundReopened("r-2026", 1, ("H16.02",), "reason:1"))
    state = OPENING.given(*history).state
    assert (state.closed, state.closings, state.due) == (False, 1, {"H16.01": 1, "H16.02": 2})
