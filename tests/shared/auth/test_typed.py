"""Names and passwords are equal from every keyboard (RFC 8265), and hashes of older versions still verify."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.accounts_file import Account
from parindex.auth.typed import forms_of_secret, is_name, one_name, one_secret
from parindex.testing.passwords import QUICK

PASSWORD = "Nguyễn Thị Mận ở Hà Nội"
FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
TEXTS = st.text(min_size=1, max_size=30)


def knows(stored: str, typed: str, name: str = "ngọc.ánh") -> bool:
    accounts = Accounts([Account("Ngọc.Ánh", AccountKind.PERSON, stored, ())], QUICK)
    return accounts.verify(name, AccountKind.PERSON, typed) is not None


@pytest.mark.parametrize("typed", FORMS)
@pytest.mark.parametrize("set_in", FORMS)
def test_set_in_one_form_and_typed_in_another(set_in: Literal["NFC", "NFD"], typed: Literal["NFC", "NFD"]) -> None:
    new, old = (
        hash_password(unicodedata.normalize(set_in, PASSWORD), QUICK),
        QUICK.hash(unicodedata.normalize(set_in, PASSWORD)),
    )
    again = unicodedata.normalize(typed, PASSWORD)
    name = unicodedata.normalize(typed, "NGỌC.ánh")
    assert knows(new, again, name)
    assert knows(old, again, name)
    assert not knows(new, again + " ")


def test_a_space_that_looks_like_one_is_one() -> None:
    assert knows(hash_password("hai từ", QUICK), "hai\u00a0từ")


def test_capitals_count_in_passwords_and_not_in_names() -> None:
    assert one_name("SO-NOI-VU") == one_name("so-noi-vu")
    assert one_secret("Mật") != one_secret("mật")


@given(TEXTS)
def test_what_is_typed_can_always_be_hashed_and_found_again(typed: str) -> None:
    if "\ud800" <= max(typed) <= "\udfff":
        return
    assert one_secret(typed) in forms_of_secret(typed)
    assert typed in forms_of_secret(typed)
    assert len(forms_of_secret(typed)) <= 3


@given(TEXTS)
def test_one_form_of_a_name_is_its_own_form(typed: str) -> None:
    assert one_name(one_name(typed)) == one_name(typed)
    assert one_name(unicodedata.normalize("NFD", typed)) == one_name(unicodedata.normalize("NFC", typed))


@pytest.mark.parametrize("name", ["", " ", "a b", "a\u0000", "a\u202eb", "a\u200bb", "x" * 201])
def test_what_no_new_account_is_called(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize("name", ["so-noi-vu", "nguyễn.văn.an", "an@h09.vn", "1"])
def test_what_an_account_may_be_called(name: str) -> None:
    assert is_name(name)
