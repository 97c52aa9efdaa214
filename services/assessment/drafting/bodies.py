"""The answer to a file of a criteria set that was read, the body of a comparison, and sets in YAML or JSON files."""

import re
from inspect import isclass
from typing import Any, Final

import msgspec
from pydantic import BaseModel, Field, ValidationError

from assessment.drafting.layout import READ, WRITTEN
from assessment.drafting.reading import Drafted, read_set
from assessment.drafting.refusals import SetFileKindError
from assessment.enacting.bodies import EXAMPLE, CriteriaSetIn
from assessment.enacting.checks import doubts_about_set, mistakes_in_set
from parindex.contracts import criteria
from parindex.contracts.base import Part
from parindex.files.kinds import HEAD, ODS, ZIP, looks_like
from parindex.files.workbooks import extract
from parindex.http.body import Body, example
from parindex.http.fields import Id
from parindex.http.malformed import places_in_body
from parindex.inputs.trees import Tree, TreeError, parse
from parindex.web.worksheets import MOST_NOTES, At, CellNote, WorkbookTooFaultyError, in_order, noted

FILE: Final = "Tệp"
"""Stands for the worksheet of a mistake in a file of YAML or JSON; its row is the line."""
LARGEST_TEXT: Final = 4 * 2**20
"""Bytes of a set in YAML or JSON."""
MOST_VALUES: Final = 200_000
"""Values of such a file. A set of 2,000 rows has about 60,000."""
_BEGINS: Final = re.compile(r"(?:\s|#[^\n]*\n|---\s*\n)*+(\{|[\"']?[a-z_]+[\"']?\s*:)")
_PARTS: Final = [each for each in vars(criteria).values() if isclass(each) and issubclass(each, Part)]


def _of_type(wanted: type) -> frozenset[str]:
    fields = [field for part in _PARTS for field in msgspec.structs.fields(part)]
    return frozenset(field.name for field in fields if field.type is wanted)


FLAGS, WHOLES = _of_type(bool), _of_type(int)
"""The fields of a set that are no text, in JSON and in YAML."""


class SetReading(BaseModel):
    """Bộ chỉ số đọc được từ tệp; còn lỗi thì không có bộ chỉ số.

    What a file says. Nothing is written: `criteria_set` is enacted by `POST /v1/criteria-sets`.
    """

    criteria_set: CriteriaSetIn | None = Field(description="the set; absent while there is a mistake")
    errors: list[CellNote]
    warnings: list[CellNote]


class ComparisonIn(Body):
    """So sánh một bộ chỉ số, chưa ban hành cũng được, với một bộ đã ban hành. A set to compare with one in force."""

    model_config = example(against="h09-2025-so", criteria_set=EXAMPLE)

    against: Id = Field(description="mã của bộ đã ban hành; the code of a set in force, such as last year's")
    criteria_set: CriteriaSetIn


def reading_of(drafted: Drafted) -> SetReading:
    """Return a reading as the answer. What the body of an enactment would refuse is a mistake at its cell, too."""
    found = drafted.criteria_set
    body, values = None, msgspec.to_builtins(found) if found else {}
    try:
        body = CriteriaSetIn.model_validate(values) if found else None
    except ValidationError as error:
        for place in places_in_body(error, values):
            drafted.error(drafted.at(place.at), "", place.vi, place.en)
    return SetReading(
        criteria_set=body,
        errors=[noted(note) for note in in_order(drafted.errors, WRITTEN)],
        warnings=[noted(note) for note in in_order(drafted.warnings, WRITTEN)],
    )


def set_in_file(content: bytes) -> Drafted:
    """Return what a file says, a workbook or a text, by its content; for clients on this machine.

    Raises SetFileKindError, FileDamagedError and WorkbookTooFaultyError.
    """
    looks = looks_like(content[:HEAD])
    if looks == ZIP and ODS.media_type.encode() in content[:HEAD]:
        raise SetFileKindError(ODS.name)
    if looks in {"", ZIP} and content:
        return read_set(extract(content, READ)) if looks or content.startswith(b"PK") else set_in_text(content)
    if looks:
        raise SetFileKindError(looks)
    return read_set(extract(content, READ))


def set_in_text(content: bytes) -> Drafted:
    """Return what a file of YAML or JSON says, with each mistake at its line.

    Raises SetFileKindError for another file, and WorkbookTooFaultyError.
    """
    try:
        return set_in_tree(parse(text_in(content), MOST_VALUES))
    except TreeError as error:
        return faults_of(error)


def text_in(content: bytes) -> str:
    """Return a text that may be a set in YAML or JSON. Raises SetFileKindError for another file."""
    if len(content) > LARGEST_TEXT:
        raise SetFileKindError("")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SetFileKindError("") from None
    if not _BEGINS.match(text):
        raise SetFileKindError("")
    return text


def faults_of(error: TreeError) -> Drafted:
    """Return the mistakes of a text that is no tree, each at its line."""
    drafted = Drafted()
    for place in error.places:
        drafted.error(_line(place.at), "", place.vi, place.en)
    return drafted


def set_in_tree(tree: Tree) -> Drafted:
    """Return the set in a tree, or each mistake at its line. Raises WorkbookTooFaultyError."""
    drafted = Drafted()
    values, found = _typed(tree.content), None
    try:
        found = CriteriaSetIn.model_validate(values).to_record()
        places = mistakes_in_set(found)
    except ValidationError as error:
        if error.error_count() > MOST_NOTES:
            raise WorkbookTooFaultyError(MOST_NOTES) from None
        places = places_in_body(error, values)
    for place in places:
        at = tree.place(place.at, "", "").at
        drafted.error(_line(at), "", f"{place.at}: {place.vi}", f"{place.at}: {place.en}")
    drafted.criteria_set = None if places else found
    for place in doubts_about_set(drafted.criteria_set) if drafted.criteria_set else ():
        drafted.warn(_line(tree.place(place.at, "", "").at), "", f"{place.at}: {place.vi}", f"{place.at}: {place.en}")
    return drafted


def _line(at: str) -> At:
    """Return the line of a place of a tree, such as "12:5 /criteria/0"."""
    return At(FILE, int(at.partition(":")[0]))


def _typed(value: Any) -> Any:
    """Return a tree, in which all values are text, with the types of the API; `rule: null` is no rule."""
    if isinstance(value, list):
        return [_typed(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _scalar(name, each) for name, each in value.items() if (name, each) != ("rule", "")}


def _scalar(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return _typed(value)
    if name in FLAGS:
        return {"true": True, "false": False}.get(value.lower(), value)
    return int(value) if name in WHOLES and re.fullmatch("[0-9]{1,9}", value) else value
