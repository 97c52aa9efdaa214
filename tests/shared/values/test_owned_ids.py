"""The owner of an id, and the refusal for another authority."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parindex.contracts.taken import IdOfAnotherError
from parindex.values.identifiers import ID
from parindex.values.owned_ids import is_of_another, own_prefix

AGENCIES = st.from_regex(r"[A-Z][0-9]{2}(\.[0-9]{2}){0,2}", fullmatch=True)
IDS = st.from_regex(ID.pattern, fullmatch=True).map(str.strip).filter(ID.fits)


@given(AGENCIES, AGENCIES, IDS)
def test_what_an_agency_may_call_its_own_is_refused_to_others(agency: str, other: str, rest: str) -> None:
    assume(not f"{agency}.".startswith(f"{other}."))
    own = own_prefix(agency) + rest
    assert not is_of_another(own, agency)
    assert is_of_another(own, other)


@pytest.mark.parametrize("other", ["BNV", "h62", "H6", "H620", "H62-05", "H62_05", "H100"])
def test_a_code_that_only_looks_alike_opens_no_ids_of_an_agency(other: str) -> None:
    assert own_prefix(other) == ""
    assert is_of_another("h62-2027", other)
    assert is_of_another("h62-05-2027", other)
    assert not is_of_another("so-noi-vu-2027", other)


def texts(refused: IdOfAnotherError) -> Iterator[str]:
    yield from (refused.vi, refused.en, *(text for place in refused.places for text in (place.vi, place.en)))


def test_the_refusal_names_who_has_the_id_and_one_that_no_other_can_have_taken() -> None:
    taken = IdOfAnotherError("vinhphuc-2027", "H62", "/round", "H09")
    assert all("H09" in text and "“h62-vinhphuc-2027”" in text for text in texts(taken))
    by_prefix = IdOfAnotherError("h09-2027", "H62", "/round")
    assert all("H09" not in text and "“h62-h09-2027”" in text for text in texts(by_prefix))


@given(IDS, st.one_of(AGENCIES, st.just("BNV")))
def test_an_id_that_a_refusal_proposes_is_one_that_the_asker_can_have(id_: str, authority: str) -> None:
    for text in texts(IdOfAnotherError(id_, authority, "/round", "H99")):
        proposed = re.findall("(?:ví dụ |: )“(.+)”", text)
        assert all(ID.fits(each) and not is_of_another(each, authority) for each in proposed)


def test_those_without_an_agency_code_are_promised_no_ids() -> None:
    assert all("bnv-" not in text for text in texts(IdOfAnotherError("r-2026", "BNV", "/round", "H09")))
    assert any("H62.05 and those above" in text for text in texts(IdOfAnotherError("r", "H62.05", "/round", "H09")))
