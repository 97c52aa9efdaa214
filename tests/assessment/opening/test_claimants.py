"""Which agency claims which criterion in place of a unit, and which entries a round refuses."""

from dataclasses import replace

import pytest

from assessment.opening.commands import OpenRound
from assessment.opening.deadlines import Deadlines
from assessment.opening.decisions import RoundInvalidError, opening
from assessment.opening.events import RoundOpened
from assessment.opening.responsibility import CriterionAppraiser, CriterionClaimant
from assessment.opening.terms import part_of, terms_for
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.testing.rules import Rules

OPENING = Rules(opening)
FIRST, SECOND, COMMUNE = "H16.01", "H16.02", "H16.31"
BLOCKS = (
    Block(
        code="so", name="Sở", criteria_set="ca-mau-2013",
        units=[RoundUnit(code=FIRST, name="Sở Nội vụ"), RoundUnit(code=SECOND, name="Sở Tư pháp")],
    ),
    Block(code="xa", name="Xã", criteria_set="ca-mau-2013", units=[RoundUnit(code=COMMUNE, name="Xã An Khê")]),
)  # fmt: skip
FIELD = "H16.05"


@pytest.fixture
def command(ca_mau: CriteriaSet) -> OpenRound:
    return OpenRound(
        "H16", "r-2026", 2026, "Chỉ số", "", BLOCKS, (CriterionAppraiser("1.2", SECOND),), Deadlines(),
        {"ca-mau-2013": ca_mau}, "2026-07-01T12:00:00.000000Z",
    )  # fmt: skip


def wrong(command: OpenRound, *claimants: CriterionClaimant) -> list[str]:
    with pytest.raises(RoundInvalidError) as refused:
        OPENING.when(replace(command, claimants=claimants))
    return [place.at for place in refused.value.places]


def claimed(command: OpenRound, unit: str, *claimants: CriterionClaimant) -> dict[str, str]:
    """Return the criteria of a unit that other agencies claim."""
    [opened] = OPENING.when(replace(command, claimants=claimants))
    assert isinstance(opened, RoundOpened)
    [block] = [block for block in BLOCKS if any(each.code == unit for each in block.units)]
    return dict(terms_for(opened, block, command.sets["ca-mau-2013"], unit, due=1).claimants)


def test_an_entry_for_a_row_counts_for_all_beneath_it_and_the_narrowest_scope_wins(command: OpenRound) -> None:
    entries = (
        CriterionClaimant("1", "H16.05"),
        CriterionClaimant("1", "H16.06", block="so"),
        CriterionClaimant("1", "H16.07", unit=FIRST),
        CriterionClaimant("1.1.4", "H16.08"),
    )
    below = ("1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.2.2", "1.3")
    for unit, agency in ((FIRST, "H16.07"), (SECOND, "H16.06"), (COMMUNE, "H16.05")):
        assert claimed(command, unit, *entries) == dict.fromkeys(below, agency) | {"1.1.4": "H16.08"}


def test_a_unit_that_is_named_as_its_own_claimant_claims_itself(command: OpenRound) -> None:
    entries = (CriterionClaimant("1.3", FIELD), CriterionClaimant("1.3", FIRST, unit=FIRST))
    assert claimed(command, FIRST, *entries) == {}
    assert claimed(command, SECOND, *entries) == {"1.3": FIELD}
    assert claimed(command, FIRST, CriterionClaimant("1.1", FIRST)) == {}
    assert claimed(command, SECOND, CriterionClaimant("1.3", FIRST)) == {"1.3": FIRST}


def test_a_survey_criterion_beneath_a_row_has_no_claimant(command: OpenRound) -> None:
    assert wrong(command, CriterionClaimant("2", FIELD), CriterionClaimant("2.1", FIELD)) == ["/claimants/1/criterion"]


@pytest.mark.parametrize(
    ("entry", "at"),
    [
        (CriterionClaimant("9", FIELD), ["criterion"]),
        (CriterionClaimant("1", "H17.05"), ["claimant"]),
        (CriterionClaimant("1", FIELD, block="huyen"), ["block", "criterion"]),
        (CriterionClaimant("1", FIELD, unit="H16.99"), ["unit"]),
        (CriterionClaimant("1", FIELD, block="so", unit=FIRST), ["unit"]),
    ],
)
def test_a_claimant_is_an_agency_of_the_authority_and_names_what_the_round_has(
    command: OpenRound, entry: CriterionClaimant, at: list[str]
) -> None:
    assert wrong(command, entry) == [f"/claimants/0/{field}" for field in at]


def test_one_row_has_one_claimant_for_each_scope(command: OpenRound) -> None:
    entry = CriterionClaimant("1.3", FIELD)
    assert wrong(command, entry, replace(entry, claimant="H16.06")) == ["/claimants/1/criterion"]
    assert claimed(command, FIRST, entry, replace(entry, block="so", claimant="H16.06")) == {"1.3": "H16.06"}


def test_an_agency_never_claims_what_it_appraises(command: OpenRound) -> None:
    assert wrong(command, CriterionClaimant("1.3", FIELD), CriterionClaimant("1", SECOND)) == ["/claimants/1/claimant"]
    assert wrong(command, CriterionClaimant("1.2.1", SECOND, unit=FIRST)) == ["/claimants/0/claimant"]
    of_block = CriterionClaimant("1.2", SECOND, block="so")
    assert wrong(command, CriterionClaimant("1.2", FIELD), of_block) == ["/claimants/1/claimant"]
    of_a_part = replace(command, appraisers=(CriterionAppraiser("1.2", f"{FIELD}.01"),))
    assert wrong(of_a_part, CriterionClaimant("1.2", FIELD)) == ["/claimants/0/claimant"]
    assert claimed(of_a_part, FIRST, CriterionClaimant("1.3", FIELD)) == {"1.3": FIELD}


def test_the_office_claims_only_what_others_appraise(command: OpenRound) -> None:
    assert wrong(command, CriterionClaimant("1.3", "H16")) == ["/claimants/0/claimant"]
    assert claimed(command, FIRST, CriterionClaimant("1.2.1", "H16", unit=FIRST)) == {"1.2.1": "H16"}


def test_where_the_agency_of_a_field_is_the_unit_the_office_appraises_and_so_does_not_claim(
    command: OpenRound,
) -> None:
    # H16.02 appraises 1.2 for others; its own 1.2 goes to the office
    assert wrong(command, CriterionClaimant("1.2", "H16", unit=SECOND)) == ["/claimants/0/claimant"]
    assert claimed(command, SECOND, CriterionClaimant("1.2", FIELD, unit=SECOND)) == {"1.2.1": FIELD, "1.2.2": FIELD}


def test_the_part_of_an_agency_has_its_criteria_and_no_others(command: OpenRound, ca_mau: CriteriaSet) -> None:
    entries = (CriterionClaimant("1.1", FIELD), CriterionClaimant("1.3", "H16.06"))
    [opened] = OPENING.when(replace(command, claimants=entries))
    assert isinstance(opened, RoundOpened)
    whole = terms_for(opened, BLOCKS[0], ca_mau, FIRST, due=1)
    part = part_of(whole, {"H16.06"})
    assert (list(part.leaves), list(part.appraisers), part.claimants) == (["1.3"], ["1.3"], {"1.3": "H16.06"})
    assert (whole.partial, part.partial) == (False, True)
    assert [whole.claimant(code) for code in ("1.1.1", "1.2.1", "1.3")] == [FIELD, FIRST, "H16.06"]
