"""Mistakes in a press are named in both languages, for any value of its fields."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.rating.presses import JSON, NDJSON, read_presses
from survey.rating.refusals import PressesInvalidError

PRESS: dict[str, Any] = {"seq": 1, "pressed_at": "2026-03-02T08:15:00+07:00", "stars": 5}
UNSAID = ("Không đọc được lượt bấm ở đây.", "The press cannot be read here.")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


def refused(body: Any, media_type: str = JSON) -> list[tuple[str, str, str]]:
    try:
        read_presses(json.dumps(body).encode(), media_type)
    except PressesInvalidError as error:
        return [(each.at, each.vi, each.en) for each in error.places]
    return []


@pytest.mark.parametrize(
    ("fields", "at", "vi", "en"),
    [
        ({"seq": "1"}, "/0/seq", "Phải là số nguyên.", "It has to be a whole number."),
        ({"seq": 0}, "/0/seq", "Phải lớn hơn hoặc bằng 1.", "It has to be 1 or more."),
        ({"stars": 6}, "/0/stars", "Phải nhỏ hơn hoặc bằng 5.", "It has to be 5 or less."),
        ({"name": "Lan"}, "/0", "Không có trường nào tên “name”.", "There is no field “name”."),
        (
            {"pressed_at": "2026-03-02T08:15:00"},
            "/0/pressed_at",
            "Phải có múi giờ (ví dụ Z hoặc +07:00).",
            "It needs a time zone (such as +07:00).",
        ),
    ],
)
def test_a_wrong_field_has_its_reason_in_both_languages(fields: dict[str, Any], at: str, vi: str, en: str) -> None:
    assert refused([PRESS | fields]) == [(at, vi, en)]


def test_a_missing_field_is_named() -> None:
    assert refused([{"stars": 5, "seq": 1}]) == [
        ("/0", "Thiếu trường “pressed_at”.", "The field “pressed_at” is missing.")
    ]


@settings(max_examples=200)
@given(name=st.sampled_from([*PRESS, "option", "accuracy_s", "other"]), value=ANYTHING)
def test_a_reason_is_given_whatever_is_in_the_place_of_a_field(name: str, value: Any) -> None:
    for _, vi, en in refused([PRESS | {name: value}]):
        assert (vi, en) != UNSAID
        assert not set("`'\"") & set(vi.replace(name, "")), vi


@given(body=ANYTHING)
def test_a_reason_is_given_whatever_is_in_the_place_of_the_presses(body: Any) -> None:
    for media_type in (JSON, NDJSON):
        assert UNSAID not in [(vi, en) for _, vi, en in refused(body, media_type)]
