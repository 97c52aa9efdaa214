"""Invitations: a link with which a person sets a password, once. Only the hash of its code is stored. Pure.

The account has one field: the SHA-256 of the code in the newest link, a blank, and the instant until which it can be
used, or `used`. A new link replaces it, so the link before is void.
"""

import base64
from datetime import datetime, timedelta

from parindex.auth.devices import Entropy, digest_of, matches
from parindex.instant import instant

LIFE = timedelta(days=7)
USED = "used"
CODE_BYTES = 24
"""192 random bits of a code, which are not guessed: a plain hash is enough."""


def new_invitation(entropy: Entropy) -> str:
    """Return a new code, as it is in the link."""
    return base64.urlsafe_b64encode(entropy(CODE_BYTES)).decode("ascii")


def invitation_of(code: str, now: datetime) -> str:
    """Return the field of an account that is invited with a code."""
    return f"{digest_of(code)} {instant(now + LIFE)}"


def used(field: str) -> str:
    """Return the field after the invitation was used."""
    return f"{field.partition(' ')[0]} {USED}"


def has_code(field: str, code: str) -> bool:
    """Return whether an account's newest link has this code, used or not."""
    return field != "" and matches(code, field.partition(" ")[0])


def until_of(field: str) -> str:
    """Return the instant until which an invitation can be used; "" if it was used, or without one."""
    until = field.partition(" ")[2]
    return "" if until == USED else until


def is_open(field: str, now: datetime) -> bool:
    """Return whether an invitation can be used now."""
    return until_of(field) > instant(now)
