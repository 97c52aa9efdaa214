"""A batch that a device's library writes anew is the same batch: it gets the first receipt, and counts once."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.survey.conftest import Bench

from survey.rating.presses import JSON, NDJSON, read_presses
from survey.rating.refusals import PressesInvalidError

RATINGS = "/v1/kiosks/k1/ratings"
AT = "2026-07-01T12:00:00Z"
BATCH: list[dict[str, Any]] = [
    {"seq": 1, "stars": 5, "pressed_at": AT, "accuracy_s": 2},
    {"seq": 2, "option": "4", "pressed_at": "2026-07-01T12:00:30.500000Z"},
    {"seq": 3, "stars": 1, "pressed_at": AT},
]


def as_floats(press: Mapping[str, Any]) -> dict[str, Any]:
    return {name: float(value) if isinstance(value, int) else value for name, value in press.items()}


def backwards(press: Mapping[str, Any]) -> dict[str, Any]:
    return dict(reversed(list(press.items())))


def lines(end: str, write: Callable[[Any], str] = json.dumps) -> str:
    return "".join(write(press) + end for press in BATCH)


WRITTEN = {
    "keys in another order": (JSON, json.dumps([backwards(press) for press in BATCH])),
    "no blanks": (JSON, json.dumps(BATCH, separators=(",", ":"))),
    "blanks and lines": (JSON, json.dumps(BATCH, indent="\t").replace("\n", "\r\n") + "\n\n"),
    "1.0 for 1": (JSON, json.dumps([as_floats(press) for press in BATCH])),
    "1e0 for 1": (JSON, json.dumps(BATCH).replace('"seq": 1', '"seq": 1e0')),
    "escapes": (JSON, json.dumps(BATCH).replace('"seq"', '"\\u0073eq"')),
    "a byte order mark": (JSON, "\ufeff" + json.dumps(BATCH)),
    "lines": (NDJSON, lines("\n")),
    "lines as Windows ends them": (NDJSON, lines("\r\n")),
    "blank lines between": (NDJSON, "\n" + lines("\n \r\n")),
    "no end of the last line": (NDJSON, lines("\n").rstrip()),
    "lines with 1.0 for 1": (NDJSON, lines("\r\n", lambda press: json.dumps(as_floats(backwards(press))))),
    "another type's case": ("Application/JSON; charset=UTF-8", json.dumps(BATCH)),
}


@pytest.mark.parametrize(("how", "key"), [*((how, "batch-1") for how in WRITTEN), ("1.0 for 1", ""), ("lines", "")])
async def test_a_retry_in_another_form_gets_the_first_receipt_and_counts_once(
    survey: Bench, how: str, key: str
) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    kiosk.headers.update({"Idempotency-Key": key} if key else {})
    first = (await kiosk.post(RATINGS, json=BATCH)).json()
    media_type, body = WRITTEN[how]
    again = await kiosk.post(RATINGS, content=body.encode(), headers={"Content-Type": media_type})
    assert (again.status_code, again.json()) == (201, {**first, "accepted": 0, "repeated": 3})
    assert first["accepted"] == 3
    await survey.counted()
    [tally] = await survey.tallies()
    assert {each["option"]: each["count"] for each in tally["counts"]} == {"1": 1, "4": 1, "5": 1}
    assert [fact.seq for fact in await survey.facts("RatingRecorded")] == [1, 2, 3]


@pytest.mark.parametrize("how", ["1.0 for 1", "lines with 1.0 for 1", "lines as Windows ends them"])
async def test_a_first_request_in_another_form_is_recorded(survey: Bench, how: str) -> None:
    media_type, body = WRITTEN[how]
    kiosk = await survey.kiosk()
    first = await kiosk.post(RATINGS, content=body.encode(), headers={"Content-Type": media_type})
    assert (first.status_code, first.json()["accepted"]) == (201, 3)
    assert (await kiosk.post(RATINGS, json=BATCH)).json()["repeated"] == 3


TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.isoformat() + "Z")  # noqa: DTZ001  # written as UTC
PRESS = st.fixed_dictionaries(
    {"stars": st.integers(1, 5), "pressed_at": TIMES},
    optional={"accuracy_s": st.integers(0, 86_400)},
)


@given(st.lists(PRESS, min_size=1, max_size=4), st.data())
def test_however_it_is_written_the_same_presses_are_read(presses: list[dict[str, Any]], data: st.DataObject) -> None:
    batch = [{"seq": seq, **press} for seq, press in enumerate(presses, 1)]
    anew = [dict(data.draw(st.permutations(list(press.items())))) for press in batch]
    anew = [as_floats(press) if data.draw(st.booleans()) else press for press in anew]
    indent, end = data.draw(st.sampled_from([None, 1, "\t"])), data.draw(st.sampled_from(["\n", "\r\n", "\n\n", " \n"]))
    array, by_line = json.dumps(anew, indent=indent) + end, "".join(json.dumps(press) + end for press in anew)
    expected = read_presses(json.dumps(batch).encode(), JSON)
    assert read_presses(array.encode(), JSON) == read_presses(by_line.encode(), NDJSON) == expected


@pytest.mark.parametrize("number", ["1.5", "1e400", "-1.0", "0.0", '"1"', "true", "9007199254740993.0", "1e300"])
@pytest.mark.parametrize("form", [JSON, NDJSON])
def test_another_number_is_none(number: str, form: str) -> None:
    press = f'{{"seq":{number},"stars":5,"pressed_at":"{AT}"}}'
    with pytest.raises(PressesInvalidError):
        read_presses((f"[{press}]" if form == JSON else press).encode(), form)
