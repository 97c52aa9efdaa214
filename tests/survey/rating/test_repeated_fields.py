"""A press that says a thing twice is refused: either of the two may have been meant."""

import msgspec
import pytest

from survey.rating.presses import JSON, NDJSON, read_presses
from survey.rating.refusals import PressesInvalidError

AT = '"pressed_at":"2026-07-01T12:00:00Z"'


@pytest.mark.parametrize(
    "press",
    [
        f'{{"seq":1,"seq":2,"stars":5,{AT}}}',
        f'{{"seq":1,"stars":1,"stars":5,{AT}}}',
        f'{{"seq":1,"s\\u0074ars":1,"stars":5,{AT}}}',
        f'{{"seq":1,"stars":5,{AT},"pressed_at":"2026-07-02T12:00:00Z"}}',
        f'{{"seq":1,"option":"a","option":"b",{AT}}}',
        f'{{"seq":1,"stars":5,{AT},"accuracy_s":1,"accuracy_s":0}}',
        f'{{"seq":1,"stars":5,{AT},"accuracy_s":0,"accuracy_s":0}}',
    ],
)
@pytest.mark.parametrize("form", [JSON, NDJSON])
def test_a_field_that_occurs_twice_is_refused(press: str, form: str) -> None:
    plain = f'{{"seq":1,"stars":5,{AT}}}'
    body = f"[{plain},{press}]" if form == JSON else f"{plain}\n{press}\n"
    with pytest.raises(PressesInvalidError) as refused:
        read_presses(body.encode(), form)
    [place] = refused.value.places
    assert place.en == "This field is given twice."
    assert place.at in {f"/1/{name}" for name in ("seq", "stars", "option", "pressed_at", "accuracy_s")}


@pytest.mark.parametrize(
    "press",
    [
        {"seq": 1, "stars": 5},
        {"seq": 1, "option": "seq"},
        {"seq": 1, "stars": 5, "accuracy_s": 0},
        {"seq": 1, "option": "a_b-C", "accuracy_s": 7},
    ],
)
def test_a_field_that_occurs_once_is_read(press: dict[str, object]) -> None:
    body = msgspec.json.encode([press | {"pressed_at": "2026-07-01T12:00:00+07:00"}] * 3)
    assert [read.accuracy_s for read in read_presses(body, JSON)] == [press.get("accuracy_s", 0)] * 3


@pytest.mark.parametrize(
    ("body", "form", "at"),
    [
        ('[{"seq":1,\n "stars":}]', JSON, "line 2, column 10"),
        ('{"seq":1,"stars":5,AT}\n\n{"seq":2,"stars":}\n', NDJSON, "line 3, column 18"),
        ('{"seq":1,"stars":5,AT}\n{"seq":2,"stars":9,AT}\n', NDJSON, "/1/stars"),
        ('{"seq":1,"stars":5,AT}', JSON, ""),
        ('[{"seq":1,"stars":9,AT}]', JSON, "/0/stars"),
        ("", JSON, "line 1, column 1"),
    ],
)
def test_an_unreadable_body_is_refused_with_its_place(body: str, form: str, at: str) -> None:
    with pytest.raises(PressesInvalidError) as refused:
        read_presses(body.replace("AT", AT).encode(), form)
    assert [place.at for place in refused.value.places] == [at]
