"""Presses as a kiosk sends them: a JSON array, or one object a line (NDJSON). Read straight from the bytes."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from parindex.http.json_text import faults_in, faults_in_lines, read_json
from parindex.instant import instant
from parindex.refusal import Place
from parindex.values.identifiers import CODE
from survey.admitting.routing import FIRST, LAST
from survey.enrolling.state import STARS
from survey.rating.refusals import PressesInvalidError, TooManyPressesError
from survey.rating.state import Press, place

MOST_PRESSES = 1_000
LARGEST_BODY = 256 * 1024

AHEAD = timedelta(minutes=5)
"""How far a kiosk's clock may be ahead of ours; a later press is routed by the time of receipt."""

JSON = "application/json"
NDJSON = "application/x-ndjson"
OPTION = CODE.pattern[:-1] + r"\Z"  # msgspec searches as Python does, for which a line end may follow `$`
_PATH = re.compile(r" - at `\$([^`]*)`$")
_REASONS = (
    ("Object missing required field `(.*)`", "Thiếu trường “{0}”.", "The field “{0}” is missing."),
    ("Object contains unknown field `([^`]{0,60}).*", "Không có trường nào tên “{0}”.", "There is no field “{0}”."),
    ("Expected `datetime` with .*", "Phải có múi giờ (ví dụ Z hoặc +07:00).", "It needs a time zone (such as +07:00)."),
    (".*datetime.*", "Phải là thời điểm như 2026-06-30T17:00:00Z.", "It has to be an instant as 2026-06-30T17:00:00Z."),
    ("Expected `int` >= (.*)", "Phải lớn hơn hoặc bằng {0}.", "It has to be {0} or more."),
    ("Expected `int` <= (.*)", "Phải nhỏ hơn hoặc bằng {0}.", "It has to be {0} or less."),
    ("Expected `int`.*", "Phải là số nguyên.", "It has to be a whole number."),
    ("Expected `str` matching regex .*", CODE.vi, CODE.en),
    ("Expected `str`.*", "Phải là chuỗi ký tự.", "It has to be a text."),
    ("Expected `object`.*", "Phải là một đối tượng JSON.", "It has to be a JSON object."),
    ("Expected `array`.*", "Phải là một danh sách.", "It has to be a list."),
    (".* out of range", "Số quá lớn hoặc quá nhỏ.", "The number is too large or too small."),
    (".*", "Không đọc được lượt bấm ở đây.", "The press cannot be read here."),
)
"""What msgspec says of a press, and the same for the reader of each language: the first that fits."""


class PressIn(msgspec.Struct, forbid_unknown_fields=True):
    """One press, with `stars` or an `option`; the number and the instant come from the kiosk."""

    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    pressed_at: Annotated[datetime, msgspec.Meta(tz=True)]
    stars: Annotated[int, msgspec.Meta(ge=1, le=5)] | msgspec.UnsetType = msgspec.UNSET
    option: Annotated[str, msgspec.Meta(pattern=OPTION)] | msgspec.UnsetType = msgspec.UNSET
    accuracy_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)] | msgspec.UnsetType = msgspec.UNSET


_array = msgspec.json.Decoder(list[PressIn])
_lines = msgspec.json.Decoder(PressIn)


def read_presses(body: bytes, media_type: str) -> tuple[Press, ...]:
    """Read the presses of a request.

    Raises PressesInvalidError with the place of what can't be read, TooManyPressesError.
    """
    try:
        sent = _lines.decode_lines(body) if media_type == NDJSON else _array.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        sent = _written_otherwise(body, media_type, error)
    if len(sent) > MOST_PRESSES:
        raise TooManyPressesError(MOST_PRESSES)
    if places := list(_mistakes(sent)) or _repetitions(sent, body, media_type):
        raise PressesInvalidError(places)
    return tuple([Press(press.seq, _option(press), _pressed_at(press), press.accuracy_s or 0) for press in sent])


def body_schema() -> dict[str, Any]:
    """Describe the body for OpenAPI."""
    _, components = msgspec.json.schema_components([PressIn])
    press = components["PressIn"]
    press["properties"]["option"]["pattern"] = CODE.pattern
    press["examples"] = [{"seq": 1, "pressed_at": "2026-03-02T08:15:00+07:00", "stars": 5}]
    return {
        "description": f"A list of presses; as {NDJSON}, one press a line.",
        "required": True,
        "content": {
            JSON: {"schema": {"type": "array", "minItems": 1, "maxItems": MOST_PRESSES, "items": press}},
            NDJSON: {"schema": press},
        },
    }


def _written_otherwise(body: bytes, media_type: str, error: Exception) -> list[PressIn]:
    """Read what the quick decoder does not: a library that writes a retry anew may write 1 as 1.0."""
    if faults := faults_in_lines(body) if media_type == NDJSON else faults_in(body):
        raise PressesInvalidError(faults) from error
    lines = [line for line in body.split(b"\n") if line.strip()] if media_type == NDJSON else None
    try:
        return msgspec.convert(read_json(body) if lines is None else [*map(read_json, lines)], list[PressIn])
    except msgspec.ValidationError:
        raise PressesInvalidError([_unreadable(error)]) from error


def _mistakes(sent: list[PressIn]) -> Iterator[Place]:
    if not sent:
        yield Place("", "Không có lượt bấm nào.", "There is no press in it.")
    for index, press in enumerate(sent):
        if (press.stars is msgspec.UNSET) is (press.option is msgspec.UNSET):
            yield place(index, "option", "Cần stars hoặc option, không cả hai.", "Give stars or option, not both.")


def _repetitions(sent: list[PressIn], body: bytes, media_type: str) -> Sequence[Place]:
    """Return the fields that a press has twice: the decoder takes the last, and the kiosk may have meant the first.

    No field or value that was read holds a quotation mark, so their number is that of the fields sent.
    """
    if body.count(b'"') == sum([_quotation_marks(press) for press in sent]):
        return ()
    return faults_in_lines(body) if media_type == NDJSON else faults_in(body)


def _quotation_marks(press: PressIn) -> int:
    always = 8  # "seq", "pressed_at" and its text, "stars" or "option"
    return always + 2 * (press.option is not msgspec.UNSET) + 2 * (press.accuracy_s is not msgspec.UNSET)


def _option(press: PressIn) -> str:
    if isinstance(press.option, str):
        return press.option
    return STARS[press.stars - 1] if isinstance(press.stars, int) else ""


def _pressed_at(press: PressIn) -> str:
    """Return the press's own time, even a wrong one: a refused press would hold up all that come after it.

    A time that is in the years 1 to 9999 of its own zone alone is the first or the last instant that there is.
    """
    try:
        return instant(press.pressed_at)
    except OverflowError:
        return instant(FIRST if press.pressed_at.year == 1 else LAST)


def _unreadable(error: Exception) -> Place:
    text = str(error)
    found = _PATH.search(text)
    at = re.sub(r"\[(\d+)\]", r"/\1", found[1]).replace(".", "/") if found else ""
    said = _PATH.sub("", text)
    read = ((re.fullmatch(pattern, said, re.DOTALL), vi, en) for pattern, vi, en in _REASONS)
    return next(Place(at, vi.format(*fits.groups()), en.format(*fits.groups())) for fits, vi, en in read if fits)
