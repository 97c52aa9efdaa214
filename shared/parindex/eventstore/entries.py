"""The exact bytes of an entry: JSON in a profile whose every text equals its RFC 8785 form.

Keys `[a-z0-9_]+` in sorted order, strings NFC, no floats, no null, integers below 2^53, no duplicate keys. The bytes
are stored and served as they were written, never written anew, because each entry holds the hash of the one before
(docs/decisions/0014; docs/formats/entry.md is exact).
"""

import hashlib

import msgspec

from parindex.canonical import check_nfc
from parindex.refusal import Kind, Refused

LARGEST = 65_535
"""Bytes in one entry: the limit of a tlog-tiles entry bundle (C2SP tlog-tiles, uint16 length)."""


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


class EntryTooLargeError(Refused):
    """An entry would exceed `LARGEST` bytes."""

    code = "entry-too-large"
    kind = Kind.TOO_LARGE
    most = LARGEST
    vi, en = "Dữ kiện dài {size} byte, tối đa {most}.", "The fact is {size} bytes long; the most is {most}."

    size: int


_plain_encoder = msgspec.json.Encoder()  # for what is in order already: sorting members costs more than hashing them
_entries = msgspec.json.Decoder(Entry)


def encode_entry(entry: Entry) -> bytes:
    """Write an entry whose `data` is canonical already; raise EntryTooLargeError, ProfileError."""
    raw = _plain_encoder.encode(entry)
    if len(raw) > LARGEST:
        raise EntryTooLargeError(len(raw))
    if not raw.isascii():
        check_nfc(raw)
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
