"""Field types of requests: `parindex.values` and `parindex.numbers` as pydantic types.

Bodies are strict (`body.py`): text is never read as a number, nor a number as text; days and instants are read from
text only. A validation error names its place and has both languages (`malformed.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from parindex.numbers import DECLARED, LONGEST_DECLARED, NumberTooWideError
from parindex.numbers.exact import LONGEST_INPUT
from parindex.values import Fault
from parindex.values.days import DAY_FORM, NotADayError, day, moment
from parindex.values.identifiers import CODE, FIGURE, ID, NODE, SHA256, Form
from parindex.values.texts import LINE, NAME, NOTE, REASON, TextRule, forbidden
from parindex.values.wholes import NotWholeError, seconds, whole

FAULT: Final = "parindex_fault"
"""The pydantic error type of our own rules; the error's context has the sentence in each language."""


def wrong(fault: Fault) -> PydanticCustomError:
    """Return a pydantic error for a fault; pydantic adds the place that it validates."""
    return PydanticCustomError(FAULT, "{en}", {"vi": fault.vi, "en": fault.en})


@dataclass(frozen=True, slots=True)
class Tidy:
    """Tidies a text and checks it by a rule. A text that is too long is refused first, because tidying costs time."""

    rule: TextRule

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        least = {"minLength": 1} if self.rule.needed else {}
        return {**handler(schema), "maxLength": self.rule.longest, **least}

    def _read(self, text: str) -> str:
        tidied = text if len(text) > self.rule.longest else self.rule.tidy(text)
        if fault := self.rule.fault(tidied):
            raise wrong(fault)
        return tidied


@dataclass(frozen=True, slots=True)
class Formed:
    """Checks an identifier's form; with `empty`, "" is allowed too, for no identifier."""

    form: Form
    empty: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        pattern = _optional(self.form.pattern) if self.empty else self.form.pattern
        return {"examples": [self.form.example], **handler(schema), "pattern": pattern, "maxLength": self.form.longest}

    def _read(self, text: str) -> str:
        fault = self.form.fault(text)
        if fault and not (self.empty and not text):
            raise wrong(fault)
        return text


@dataclass(frozen=True, slots=True)
class DeclaredNumber:
    """Describes a declared number, which stays text; with `empty`, "" is allowed too, for no number.

    This type checks its length and characters only. The rules that use the number report its mistakes, so that a
    file and a request get the same messages, together with those about other fields.
    """

    empty: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "examples": ["0.5"],
            **handler(schema),
            "pattern": _optional(DECLARED) if self.empty else DECLARED,
            "maxLength": LONGEST_DECLARED,
        }

    def _read(self, text: str) -> str:
        if len(text) > LONGEST_INPUT:
            error = NumberTooWideError(text)
            raise wrong(Fault(error.vi, error.en))
        if fault := forbidden(text):
            raise wrong(fault)
        return text


@dataclass(frozen=True, slots=True)
class Dated:
    """Reads a day or an instant, from text only."""

    read: Callable[[str], date]
    schema: tuple[tuple[str, str], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._read, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), **dict(self.schema)}

    def _read(self, text: str) -> date:
        try:
            return self.read(text)
        except NotADayError as error:
            raise wrong(error.fault) from error


@dataclass(frozen=True, slots=True)
class Spelt:
    """Reads a number of a query or a path, which is text there, in its one spelling; bounds are checked afterwards."""

    read: Callable[[str], float]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def _read(self, given: object) -> object:
        if not isinstance(given, str):
            return given
        try:
            return self.read(given)
        except NotWholeError as error:
            raise wrong(error.fault) from error


def _optional(pattern: str) -> str:
    return f"^({pattern[1:-1]})?$"


Line = Annotated[str, Tidy(LINE)]
"""A text of one line; it may be empty."""
Name = Annotated[str, Tidy(NAME)]
"""A text of one line that is not empty."""
Note = Annotated[str, Tidy(NOTE)]
"""A text of several lines; it may be empty."""
Reason = Annotated[str, Tidy(REASON)]
"""A text of several lines that is not empty."""

Id = Annotated[str, Formed(ID)]
Code = Annotated[str, Formed(CODE)]
Node = Annotated[str, Formed(NODE)]
FigureName = Annotated[str, Formed(FIGURE)]
OptionalId = Annotated[str, Formed(ID, empty=True)]
OptionalCode = Annotated[str, Formed(CODE, empty=True)]
OptionalNode = Annotated[str, Formed(NODE, empty=True)]
OptionalDigest = Annotated[str, Formed(SHA256, empty=True)]

Number = Annotated[str, DeclaredNumber()]
"""A decimal as text, because most programs read JSON numbers as floats."""

OptionalNumber = Annotated[str, DeclaredNumber(empty=True)]

Day = Annotated[date, Dated(day, (("format", "date"), ("pattern", DAY_FORM)))]
Moment = Annotated[datetime, Dated(moment, (("format", "date-time"),))]

Whole = Annotated[int, Spelt(whole)]
"""A whole number in a query or a path. Every such parameter is one (`tests/doors/test_numbers_in_addresses.py`)."""
Seconds = Annotated[float, Spelt(seconds)]

Count = Annotated[int, Field(ge=0, le=10**12)]
"""A count of people or presses; a tally never counts more than 10^12."""
