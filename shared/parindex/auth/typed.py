"""What people type to sign in, compared in one form whatever keyboard it came from (RFC 8265). Pure.

A Vietnamese letter is one code point or several, a letter is small or capital; it is the same name, the same password.
"""

import unicodedata

from precis_i18n import get_profile

LONGEST_NAME = 200
"""Characters of an account's name."""
LONGEST_SECRET = 1_024
"""Characters of a password or of a client's secret."""

_NAMES = get_profile("UsernameCaseMapped")
_SECRETS = get_profile("OpaqueString")


def one_name(typed: str) -> str:
    """Return the form in which names are compared: UsernameCaseMapped; NFC for what that profile does not allow.

    Accounts of older versions may have such a name, with a space in it for example, and go on signing in.
    """
    try:
        return str(_NAMES.enforce(typed))
    except UnicodeEncodeError:
        return unicodedata.normalize("NFC", typed)


def is_name(text: str) -> bool:
    """Return whether a new account may have this name: not empty, no space, no control character, not too long."""
    try:
        return len(_NAMES.enforce(text)) <= LONGEST_NAME
    except UnicodeEncodeError:
        return False


def one_secret(typed: str) -> str:
    """Return the form in which a password is hashed: OpaqueString; as it is where that profile does not allow it."""
    try:
        return str(_SECRETS.enforce(typed))
    except UnicodeEncodeError:
        return typed


def forms_of_secret(typed: str) -> tuple[str, ...]:
    """Return the forms that a stored hash may have been made of, the present one first.

    Older versions hashed what was typed, composed or not. A password of ASCII characters has one form.
    """
    prepared = one_secret(typed)
    return tuple(dict.fromkeys((prepared, typed, unicodedata.normalize("NFD", prepared))))
