"""Entries: the exact bytes of an event in the log, JSON in a profile that equals its RFC 8785 form.

Keys are `[a-z0-9_]+` in sorted order, strings are NFC; there are no floats, no null, no integers of 2^53 or more, no
duplicate keys. The bytes are stored once and served unchanged, because each entry holds the hash of the one before
(docs/decisions/0014; docs/formats/entry.md is exact).
"""

import hashlib

import msgspec

from parindex.canonical import check_nfc
from parindex.refusal import Kind, Refused

LARGEST = 65_535
"""Bytes in one entry: the limit of a tlog-tiles entry bundle (C2SP tlog-tiles, uint16 length)."""


PROFILE = 2
"""The profile of new entries. Profile 1 had no `position`, `previous`, `profile` and `recorded_at`."""

FIRST = "0" * 64
"""The `previous` of the entry at position 1."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One event of a log with its metadata, as an auditor gets it. `v` is the schema version of `data`.

    `origin` is `<installation>/<source>`, in profile 1 only the source. `previous` is the SHA-256 of the exact bytes of
    the entry before, in hex. `earlier` is only in the first entry of profile 2 after entries of profile 1: it seals
    them (`HashChain`). `via` is the key or account that acted on the actor's behalf. The members are defined in sorted
    order, because the encoder writes them in the order of their definition.
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


_plain_encoder = msgspec.json.Encoder()  # members are in order already: sorting them would cost more than hashing
_entries = msgspec.json.Decoder(Entry)


def encode_entry(entry: Entry) -> bytes:
    """Encode an entry whose `data` is canonical already; raise EntryTooLargeError, ProfileError."""
    raw = _plain_encoder.encode(entry)
    if len(raw) > LARGEST:
        raise EntryTooLargeError(len(raw))
    if not raw.isascii():
        check_nfc(raw)
    return raw


def decode_entry(raw: bytes) -> Entry:
    """Decode an entry; its `data` stays the exact bytes.

    Raises msgspec.DecodeError where the bytes are no entry, or one of a profile that this program does not know.
    """
    entry = _entries.decode(raw)
    if not 1 <= entry.profile <= PROFILE:
        raise msgspec.ValidationError(f"an entry of profile {entry.profile}; this program knows up to {PROFILE}")
    return entry


def digest_of(raw: bytes) -> str:
    """Return the SHA-256 of an entry's exact bytes, in hex."""
    return hashlib.sha256(raw).hexdigest()
