import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.values.identifiers import CODE, FIGURE, ID, NODE, SHA256, Form

FORMS = [CODE, FIGURE, ID, NODE, SHA256]


@pytest.mark.parametrize("code", ["1", "1.1", "1.10", "7.2.3", "TC1", "1.1.1.a", "hai-long", "-2", "rat_tot", "A" * 63])
def test_the_codes_of_real_sets_are_codes(code: str) -> None:
    assert CODE.fault(code) is None


@pytest.mark.parametrize(
    "code", ["", "hài lòng", "hài-lòng", ".", "..", ".1", "1 1", "1/1", "a\n", "1\0", "A" * 64, "１.1"]
)
def test_what_can_not_be_typed_at_every_door_is_no_code(code: str) -> None:
    wrong = CODE.fault(code)
    assert wrong is not None
    assert wrong.vi != wrong.en


@pytest.mark.parametrize("node", ["H09", "H09.05", "000.00.00.H09", "H62.S01"])
def test_agency_codes_are_nodes(node: str) -> None:
    assert NODE.fits(node)


@pytest.mark.parametrize("node", ["", ".", "H09.", ".H09", "H09..05", "H 09", "H09\n", "Hà", "H" * 101])
def test_what_is_no_agency_code_is_no_node(node: str) -> None:
    assert not NODE.fits(node)


@pytest.mark.parametrize("form", FORMS)
def test_the_example_of_a_form_has_it_and_a_line_end_spoils_it(form: Form) -> None:
    assert form.fits(form.example)
    assert not form.fits(form.example + "\n")


@given(st.text())
def test_an_identifier_is_plain_ascii_and_safe_in_an_address(text: str) -> None:
    for form in FORMS:
        if form.fits(text):
            assert set(text) <= set(string.ascii_letters + string.digits + "._-")
            assert text.strip(".")
