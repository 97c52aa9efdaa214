"""JSON is read strictly, a mistake has a line and a column, and equal bodies have one canonical form."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.http.json_text import MOST_VALUES, NotReadableError, canonical_bytes, read_json

KEYS = st.text(
    st.sampled_from('aZ ~/"\\\0\u0301\u1ebf\u0065\u0302\ufeff\U0001f468') | st.characters(exclude_categories=["Cs"]),
    max_size=3,
)
LEAVES = st.sampled_from([None, True, False]) | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | KEYS


def around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)


VALUES = LEAVES | around(LEAVES | around(LEAVES))
"""Nested as deep as any real body; with a bounded depth, drawing is fast on a busy machine too."""


def places_in(raw: bytes) -> list[str]:
    with pytest.raises(NotReadableError) as refused:
        read_json(raw)
    return [place.at for place in refused.value.places]


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans(), st.sampled_from(["", "\n", " \r\n\t"]))
def test_a_body_is_the_same_however_a_client_writes_it(value: Any, indent: Any, ascii_only: bool, end: str) -> None:
    other = json.dumps(turned(value), indent=indent, ensure_ascii=ascii_only) + end
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert canonical_bytes(read_json(other.encode())) == canonical_bytes(read_json(plain.encode()))


def turned(value: Any) -> Any:
    """Return the same value with its keys in another order."""
    if isinstance(value, dict):
        return {name: turned(inner) for name, inner in reversed(value.items())}
    return [turned(inner) for inner in value] if isinstance(value, list) else value


@given(VALUES, VALUES)
def test_another_body_is_another(one: Any, other: Any) -> None:
    same = canonical_bytes(read_json(json.dumps(one).encode())) == canonical_bytes(
        read_json(json.dumps(other).encode())
    )
    assert same == (repr(normal(one)) == repr(normal(other)))


def normal(value: Any) -> Any:
    read = read_json(json.dumps(value).encode())
    return json.loads(canonical_bytes(read))


@pytest.mark.parametrize(("one", "other"), [("1.0", "1"), ("1e2", "100"), ("0.50", "0.5"), (r'"\u1ebf"', '"ế"')])
def test_numbers_and_texts_are_what_they_mean(one: str, other: str) -> None:
    assert canonical_bytes(read_json(one.encode())) == canonical_bytes(read_json(other.encode()))


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        (b'{"a": 1, "b": [{"x": 1, "x": 2}], "a": 3}', ["/a", "/b/0/x"]),
        (b'{"a/b": {"~": 1, "~": 1}}', ["/a~1b/~0"]),
        (b'{"a": 1, "\\u0061": 1}', ["/a"]),
        (b'{"a":\n  tru}', ["line 2, column 3"]),
        (b"[1,\n2,\n3", ["line 3, column 2"]),
        (b"[1] x", ["line 1, column 5"]),
        (b"", ["line 1, column 1"]),
        (b'["NaN", NaN]', ["line 1, column 9"]),
        (b"[1, -Infinity]", ["line 1, column 5"]),
        (b"[" * 100_000, [""]),
        (b"\n" + b"1" * 5_000, ["line 2, column 1"]),
        (b'{"a":"\xe1\xba"}', ["line 1, column 7"]),
        ('{"a":1}'.encode("utf-16"), ["line 1, column 1"]),
        (b"[" + b"1," * MOST_VALUES + b"1]", [""]),
    ],
)
def test_what_can_not_be_taken_has_its_place(raw: bytes, places: list[str]) -> None:
    assert places_in(raw) == places


def test_a_byte_order_mark_is_left_out_and_commas_in_texts_are_no_values() -> None:
    assert read_json(b"\xef\xbb\xbf{}") == {}
    assert read_json(b'["' + b"," * MOST_VALUES + b'"]') == ["," * MOST_VALUES]
