"""The exact bytes of an entry: JSON in a profile whose every text equals its RFC 8785 form.

Keys `[a-z0-9_]+` in sorted order, strings NFC, no floats, no null, integers below 2^53, no duplicate keys. The bytes
are stored and served as they were written, never written anew, because each entry holds the hash of the one before
(docs/decisions/0014; docs/formats/entry.md is exact).
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from parindex.refusal import Kind, Refused

LARGEST = 65_535
"""Bytes in one entry: the limit of a tlog-tiles entry bundle (C2SP tlog-tiles, uint16 length)."""

BEYOND = 2**53
"""The first integer that other JSON readers may not hold exactly (RFC 8785, section 3.2.2.3)."""

KEY = re.compile(r"[a-z0-9_]+\Z")


PROFILE = 2
"""The profile that entries are written in. Profile 1 had no `position`, `previous`, `profile` and `recorded_at`."""

FIRST = "0" * 64
"""The `previous` of the entry at position 1, which has none before it."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One event of a log, as an auditor gets it. `v` is the schema version of `data`.

    `origin` is `<installation>/<source>`, in profile 1 only the source. `previous` is the SHA-256 of the exact bytes of
    the entry before, in hex. `earlier` is only in the first entry of profile 2 after entries of profile 1: it seals
    them (`Chain`). `via` is who acted on the actor's behalf. The members are in sorted order, because they are written
    in the order of their definition.
    """

    actor: str
    authority: str
    causation: str = ""
    correlation: str
    data: msgspec.Raw
    earlier: str = ""
    nonce: str
    occurred_at: str
    origin: str
    position: int = 0
    previous: str = ""
    profile: int = 1
    recorded_at: str = ""
    stream: str
    type: str
    v: int
    version: int
    via: str = ""


class ProfileError(Refused):
    """A fact cannot be written as an entry; the text says which rule of the profile it breaks."""

    code = "entry-profile"
    kind = Kind.INVALID

    def __init__(self, why: str) -> None:
        super().__init__(f"Dữ kiện không ghi được vào sổ: {why}.", f"The fact cannot be written to the log: {why}.")


class EntryTooLargeError(Refused):
    """An entry would exceed `LARGEST` bytes."""

    code = "entry-too-large"
    kind = Kind.TOO_LARGE

    def __init__(self, size: int) -> None:
        super().__init__(
            f"Dữ kiện dài {size} byte, tối đa {LARGEST}.", f"The fact is {size} bytes long; the most is {LARGEST}."
        )


_encoder = msgspec.json.Encoder(order="sorted")
_plain_encoder = msgspec.json.Encoder()  # for what is in order already: sorting members costs more than hashing them
_entries = msgspec.json.Decoder(Entry)


def canonical(value: Any) -> bytes:
    """Write a value in the profile; raise ProfileError where it cannot be."""
    try:
        raw = _encoder.encode(value)
    except (TypeError, msgspec.MsgspecError) as error:
        raise ProfileError(str(error)) from error
    if not raw.isascii():
        _check_nfc(raw)
    if not _is_plain(value):
        _walk(msgspec.json.decode(raw))
    return raw


def encode_entry(entry: Entry) -> bytes:
    """Write an entry whose `data` is canonical already; raise EntryTooLargeError, ProfileError."""
    raw = _plain_encoder.encode(entry)
    if len(raw) > LARGEST:
        raise EntryTooLargeError(len(raw))
    if not raw.isascii():
        _check_nfc(raw)
    return raw


def decode_entry(raw: bytes) -> Entry:
    """Read an entry; its `data` stays the exact bytes.

    Raises msgspec.DecodeError where it is none, or where it is of a profile that this program does not know.
    """
    entry = _entries.decode(raw)
    if not 1 <= entry.profile <= PROFILE:
        raise msgspec.ValidationError(f"an entry of profile {entry.profile}; this program knows up to {PROFILE}")
    return entry


def digest_of(raw: bytes) -> str:
    """Return the SHA-256 of an entry's exact bytes, in hex."""
    return hashlib.sha256(raw).hexdigest()


def _check_nfc(raw: bytes) -> None:
    if not unicodedata.is_normalized("NFC", raw.decode()):
        raise ProfileError("a text is not in Unicode normal form C")


def _is_plain(value: Any) -> bool:
    """True where a value is surely in the profile; what it can't tell has to be looked for in the bytes."""
    kind: type = type(value)
    if kind is str or kind is bool:
        return True
    if kind is int:
        return bool(-BEYOND < value < BEYOND)
    if kind is dict:
        return all(type(key) is str and KEY.match(key) for key in value) and all(map(_is_plain, value.values()))
    if kind is tuple or kind is list:
        return all(map(_is_plain, value))
    members = _members_of(kind)
    return members is not None and all(map(_is_plain, members(value)))


@lru_cache(maxsize=1_000)
def _members_of(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """Return how to get at all that is written of an object; None where only its bytes can tell."""
    if issubclass(kind, msgspec.Struct):
        names, tag = kind.__struct_fields__, kind.__struct_config__.tag_field
        keys = kind.__struct_encode_fields__ if tag is None else (*kind.__struct_encode_fields__, tag)
    elif is_dataclass(kind) and kind.__dictoffset__ == 0:  # with slots: nothing but its fields is written
        names = keys = tuple(field.name for field in fields(kind))
    else:
        return None
    if not names or not all(KEY.match(key) for key in keys):
        return None
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda value: (get(value),)


def _walk(value: Any) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not KEY.match(key):
                raise ProfileError(f"the key {key!r}")
            _walk(item)
    elif isinstance(value, list):
        for item in value:
            _walk(item)
    else:
        _check_plain(value)


def _check_plain(value: Any) -> None:
    if value is None:
        raise ProfileError("null: leave an absent value out")
    if isinstance(value, float):
        raise ProfileError("a float: numbers are text or integers")
    if isinstance(value, int) and abs(value) >= BEYOND:
        raise ProfileError("an integer of 2^53 or more")
