"""The bytes of an entry are what RFC 8785 says, checked against an implementation that is not ours."""

from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from parindex.canonical import ProfileError, canonical
from parindex.eventstore.entries import LARGEST, Entry, EntryTooLargeError, encode_entry

LETTERS = [*map(chr, range(0x80)), *"ÀếữĐđộ½€", "\u2028", "\ufeff", "😀", "\U0010ffff"]
TEXT = st.text(LETTERS, max_size=20).map(lambda text: normalize("NFC", text))
KEYS = st.text("abz019_", min_size=1, max_size=8)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_canonical_bytes_equal_rfc_8785(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        {"a": None},
        {"a": [1, None]},
        {"a": 0.5},
        {"a": [{"b": 1e20}]},
        {"a": 2**53},
        {"a": -(2**60)},
        {"Điểm": 1},
        {"A": 1},
        {"1.1": 1},
        {"": 1},
        {"a": "e\u0302\u0301"},  # ế in three code points
        {"a": object()},
    ],
)
def test_what_breaks_the_profile_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ProfileError):
        canonical(value)


@pytest.mark.parametrize(
    "text", ['":null', "1.5", '{"A":0.5}', "12345678901234567890", '\\":null,1e5', "ế", "\x7f\x00"]
)
def test_text_that_only_looks_like_a_breach_passes(text: str) -> None:
    assert msgspec.json.decode(canonical({"a": [text, text]})) == {"a": [text, text]}


@dataclass(frozen=True, slots=True)
class Reading:
    """A class that declares an integer and accepts any value."""

    value: int
    inner: Any = ()


class Renamed(msgspec.Struct, rename="camel"):
    two_words: int = 1


class Tagged(msgspec.Struct, tag_field="Kind", tag="t"):
    value: int = 1


@dataclass(frozen=True)
class Loose:
    value: Any = 1


@pytest.mark.parametrize("value", [0.5, None, 2**53, (1, 0.5), {"A": 1}, Renamed(), Tagged(), "e\u0302"])
def test_a_fact_is_judged_by_what_it_holds_and_not_by_what_it_declares(value: Any) -> None:
    for fact in (Reading(value), Reading(1, value), Reading(1, Reading(value)), Reading(1, (Reading(value),))):
        with pytest.raises(ProfileError):
            canonical(fact)


def test_an_object_without_slots_is_judged_by_its_bytes() -> None:
    assert canonical(Loose()) == b'{"value":1}'
    with pytest.raises(ProfileError):
        canonical(Loose(0.5))


@given(VALUES)
def test_a_fact_is_written_as_the_same_tree_would_be(value: Any) -> None:
    assert canonical(Reading(1, value)) == canonical({"value": 1, "inner": value})


def test_an_entry_beyond_the_limit_is_refused_by_its_size() -> None:
    entry = Entry(
        v=1,
        origin="shop",
        nonce="n",
        type="T",
        stream="s-1",
        version=1,
        authority="H09",
        actor="a",
        occurred_at="2026-07-01T12:00:00.000000Z",
        correlation="c",
        data=msgspec.Raw(canonical({"a": "x" * LARGEST})),
    )
    with pytest.raises(EntryTooLargeError, match="the most is 65535"):
        encode_entry(entry)


def entry_of(**members: Any) -> Entry:
    given: dict[str, Any] = {
        "v": 1, "origin": "shop", "nonce": "n", "type": "T", "stream": "s-1", "version": 1, "authority": "H09",
        "actor": "a", "occurred_at": "2026-07-01T12:00:00.000000Z", "correlation": "c", "data": msgspec.Raw(b"{}"),
    }  # fmt: skip
    return Entry(**(given | members))


def test_an_entry_of_just_the_limit_is_written() -> None:
    room = LARGEST - len(encode_entry(entry_of(data=msgspec.Raw(canonical({"a": ""})))))
    assert len(encode_entry(entry_of(data=msgspec.Raw(canonical({"a": "x" * room}))))) == LARGEST
    with pytest.raises(EntryTooLargeError):
        encode_entry(entry_of(data=msgspec.Raw(canonical({"a": "x" * (room + 1)}))))


def test_a_key_that_ends_in_a_line_break_is_no_key() -> None:
    with pytest.raises(ProfileError):
        canonical({"a\n": 1})


@pytest.mark.parametrize("member", ["stream", "actor", "authority", "correlation", "causation", "origin"])
def test_what_stands_around_a_fact_is_in_the_profile_too(member: str) -> None:
    with pytest.raises(ProfileError):
        encode_entry(entry_of(**{member: "e\u0301"}))
