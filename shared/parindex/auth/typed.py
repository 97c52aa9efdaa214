"""Canonical forms of names and passwords, so that they compare equal from every keyboard (RFC 8265). Pure.

A Vietnamese letter may be one code point or several; a name is the same in small letters and in capitals.
"""

import unicodedata

from precis_i18n import get_profile

from parindex.values import texts
from parindex.values.fault import Fault

LONGEST_NAME = 200
"""Characters of an account's name."""
LONGEST_SECRET = 1_024
"""Characters of a password or of a client's secret."""

_LOOKALIKES = str.maketrans("аеорсухіјѕԁһԛԝαοινρυıɑɡ", "aeopcyxijsdhqwaoivpuiag")
"""Small letters, of other alphabets and of Latin, that look like plain ones."""

_NAMES = get_profile("UsernameCaseMapped")
_SECRETS = get_profile("OpaqueString")


def one_name(typed: str) -> str:
    """Return the form in which names are compared: UsernameCaseMapped, or NFC if that profile does not allow the name.

    Accounts of older versions may have such a name, for example with a space, and can still sign in.
    """
    try:
        return str(_NAMES.enforce(typed))
    except UnicodeEncodeError:
        return unicodedata.normalize("NFC", typed)


def is_name(text: str) -> bool:
    """Return whether a new account may have this name: not empty, no space, Latin letters only, not too long."""
    try:
        return len(_NAMES.enforce(text)) <= LONGEST_NAME and all(map(_is_latin, text))
    except UnicodeEncodeError:
        return False


def name_fault(text: str) -> Fault | None:
    """Return the fault of a name that not even an old account may have (empty, too long, invisible characters)."""
    if not texts.says_something(text):
        return Fault("Tên không được để trống.", "The name must not be empty.")
    if len(text) > LONGEST_NAME:
        return Fault(f"Tên dài quá {LONGEST_NAME} ký tự.", f"The name has more than {LONGEST_NAME} characters.")
    if wrong := texts.forbidden(text):
        return wrong
    if unseen := [each for each in texts.invisible_in(text) if each != "U+00A0"]:  # a blank is seen
        vi, en = (
            f"Tên có ký tự không nhìn thấy: {unseen[0]}.",
            f"The name has a character that is not seen: {unseen[0]}.",
        )
        return Fault(vi, en)
    return None


def looks(name: str) -> str:
    """Return a form of a name (as `one_name` returns it) that is equal for names that look the same."""
    return name.translate(_LOOKALIKES)


def one_secret(typed: str) -> str:
    """Return the form in which a password is hashed: OpaqueString, or unchanged if that profile does not allow it."""
    try:
        return str(_SECRETS.enforce(typed))
    except UnicodeEncodeError:
        return typed


def forms_of_secret(typed: str) -> tuple[str, ...]:
    """Return the forms that a stored hash may be of, the present one first.

    Older versions hashed the password as typed, composed or decomposed. An ASCII password has one form.
    """
    prepared = one_secret(typed)
    return tuple(dict.fromkeys((prepared, typed, unicodedata.normalize("NFD", prepared))))


def _is_latin(character: str) -> bool:
    return character.isascii() or not character.isalpha() or unicodedata.name(character, "").startswith("LATIN")
