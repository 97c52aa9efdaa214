"""Forms of the pages of the register: the upload, the recording of shown changes, and the forms for one unit.

A form for one unit becomes lines of the register, as those of a worksheet, so the same rules hold for both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from assessment.registering.bodies import UnitLineIn
from assessment.registering.events import UnitRecorded
from assessment.registering.queries import FormerUnit, RegisterDifference, UnitFieldDifference, in_words
from assessment.registering.state import RegisteredUnit, UnitRegister
from assessment.registering.units import KIND_WORDS, UnitKind, UnitLine
from parindex.http.problems import MalformedError
from parindex.refusal import Place, Refused
from parindex.web import vietnamese
from parindex.web.forms import FormShape, SentForm, body_of
from parindex.web.parts import Column, SummaryRow

FILE: Final = "workbook"
RECORDING: Final = FormShape({"digest": 64})
"""`digest`: of the changes that the page shows; the version is that of the register which they change."""

LINE: Final = "/line"
"""The pointer of the line that a form is read as."""
RECORD: Final[Mapping[str, int]] = {
    "valid_from": 20, "name": 1_000, "kind": 20, "parent": 100, "seat": 1_000, "reference": 1_000,
}  # fmt: skip
SHOWN: Final[Mapping[str, int]] = {"shown": 64}
"""`shown`: the digest of the changes that the page shows; without it, they are shown first."""
CHANGE: Final = FormShape({**RECORD, **SHOWN})
ENDING: Final = FormShape({"valid_to": 20, "end_reference": 1_000, **SHOWN})
FORMATION: Final = FormShape({"code": 100, **RECORD, "predecessors": 6_000, "ends": 3, **SHOWN})
KIND_CHOICES: Final = [(kind.value, KIND_WORDS[kind]) for kind in UnitKind]

NEW: Final = [
    Column("Đơn vị"), Column("Loại"), Column("Trực thuộc"), Column("Trụ sở"), Column("Từ ngày"), Column("Tiền thân"),
    Column("Căn cứ"),
]  # fmt: skip
CHANGED: Final = [Column("Đơn vị"), Column("Thay đổi"), Column("Mục"), Column("Trước"), Column("Nay")]
ENDED: Final = [Column("Đơn vị"), Column("Không còn từ ngày"), Column("Căn cứ")]

AS_BEFORE: Final = UnitFieldDifference("", "Thêm dòng, nội dung như trước", "", "")


def change_in(sent: SentForm, register: UnitRegister, code: str) -> list[UnitLine]:
    """Return the line of a change, or of a correction of the record of its day. Raises MalformedError."""
    found, line = register.units[code], _record_in(sent, code)
    same = [record.predecessors for record in found.records if record.valid_from == line.valid_from]
    former = same[0] if same else ()
    return [replace(line, valid_to=found.valid_to, end_reference=found.end_reference, predecessors=former)]


def ending_in(sent: SentForm, register: UnitRegister, code: str) -> list[UnitLine]:
    """Return the line of an end; without a day the unit has none. Raises MalformedError."""
    texts = sent.typed({"valid_to": _day_or_nothing})
    first = register.units[code].records[0]
    line = body_of(UnitLineIn, {**_values_of(first), **_given(texts, "valid_to", "end_reference")}).to_record(LINE)
    return [replace(line, predecessors=first.predecessors)]


def formation_in(sent: SentForm, register: UnitRegister) -> list[UnitLine]:
    """Return the line of a new unit, and those of its predecessors, which end where the form says so.

    Raises MalformedError, also for a code that the register has: that would be a change of the unit.
    """
    line = _record_in(sent, sent.text("code"), _predecessors_in(sent.text("predecessors")))
    if line.code in register.units and not sent.text("shown"):
        raise MalformedError(
            [
                Place(
                    "/code", f"Danh mục đã có đơn vị “{line.code}”; hãy ghi thay đổi ở trang của đơn vị đó.",
                    f"The register has the unit “{line.code}” already; record a change at its own page.",
                )
            ]
        )  # fmt: skip
    former = [register.units[one.code] for one in line.predecessors if one.code in register.units]
    if not sent.text("ends"):
        former = []
    return [line, *(_ended(unit, line) for unit in former if not unit.valid_to)]


def texts_of_record(found: RegisteredUnit, since: str, *, undo: bool) -> dict[str, str]:
    """Return the texts of the form of a change: those of the newest record, without a day and a decision.

    With `since`, those of the record of that day, to correct it; with `undo` what the unit was before it.
    """
    at = next((at for at, record in enumerate(found.records) if record.valid_from == since), None)
    if at is None:
        return {**_texts_of(found.records[-1]), "valid_from": "", "reference": ""}
    return {
        **_texts_of(found.records[max(at - 1, 0) if undo else at]),
        "valid_from": vietnamese.calendar_day(since),
        "reference": found.records[at].reference,
    }


def texts_of_end(found: RegisteredUnit) -> dict[str, str]:
    """Return the texts of the form of an end."""
    return {"valid_to": vietnamese.calendar_day(found.valid_to), "end_reference": found.end_reference}


def texts_of_new_unit(register: UnitRegister, former: str) -> dict[str, str]:
    """Return the texts of the form of a new unit: with a predecessor, what it is, so that little has to be typed."""
    empty = {**dict.fromkeys(FORMATION.fields, ""), "kind": UnitKind.DEPARTMENT.value}
    if former not in register.units:
        return empty
    last = _texts_of(register.units[former].records[-1])
    return {**empty, "kind": last["kind"], "parent": last["parent"], "predecessors": f"{former} 1", "ends": "yes"}


def errors_of(shape: FormShape, refused: Refused) -> dict[str, str]:
    """Return what a refusal says of each field of a form for one unit; under "" what is about none of them."""
    if not refused.places:
        return shape.errors(refused)
    found: dict[str, str] = {}
    for place in refused.places:
        name = place.at.removeprefix(LINE).strip("/").partition("/")[0]
        name = name if name in shape.fields else ""
        found[name] = f"{found[name]} {place.vi}" if name in found else place.vi
    return found


def difference_values(changes: RegisterDifference) -> dict[str, object]:
    """Return what a page shows of changes: counts, and a row for each."""
    return {
        "summary": [
            SummaryRow("Đơn vị mới", vietnamese.count(len(changes.new))),
            SummaryRow("Đơn vị thay đổi", vietnamese.count(len({one.code for one in changes.changed}))),
            SummaryRow("Đơn vị không còn", vietnamese.count(len(changes.ended))),
            SummaryRow("Dòng không thay đổi gì", vietnamese.count(changes.unchanged)),
        ],
        "any": bool(changes.new or changes.changed or changes.ended),
        "new_columns": NEW,
        "new": [
            (
                f"{one.code} {one.name}", KIND_WORDS[one.kind], one.parent or "–", one.seat or "–",
                in_words("valid_from", one.valid_from), _former(one.predecessors) or "–", one.reference or "–",
            )
            for one in changes.new
        ],
        "changed_columns": CHANGED,
        "changed": [
            (
                f"{one.code} {one.name}",
                f"{'Sửa dòng từ ngày' if one.correction else 'Từ ngày'} {vietnamese.calendar_day(one.since)}",
                field.label, field.old or "–", field.new or "–",
            )
            for one in changes.changed
            for field in one.fields or [AS_BEFORE]
        ],
        "ended_columns": ENDED,
        "ended": [
            (f"{one.code} {one.name}", in_words("valid_to", one.valid_to), one.reference or "–")
            for one in changes.ended
        ],
        "left_out": changes.left_out,
    }  # fmt: skip


def _former(predecessors: Sequence[FormerUnit]) -> str:
    return "; ".join(f"{one.code} {one.name} ({vietnamese.comma(one.weight)})" for one in predecessors)


def _record_in(sent: SentForm, code: str, predecessors: Sequence[Mapping[str, str]] = ()) -> UnitLine:
    texts = sent.typed({"valid_from": vietnamese.read_day})
    values: dict[str, object] = {**_given(texts, *RECORD), "code": code.strip(), "predecessors": [*predecessors]}
    return body_of(UnitLineIn, values).to_record(LINE)


def _given(texts: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: texts[name].strip() for name in names if name != "valid_to" or texts[name]}


def _predecessors_in(text: str) -> list[dict[str, str]]:
    """Return the predecessors of a text with one in each line: its code, and its weight. Raises MalformedError."""
    rows = [row.split() for row in text.splitlines() if row.strip()]
    if len(rows) == 1 and len(rows[0]) == 1:  # the only predecessor: the whole unit came from it
        rows = [[*rows[0], "1"]]
    if any(len(row) != 2 for row in rows):  # noqa: PLR2004
        raise MalformedError(
            [
                Place(
                    "/predecessors", "Mỗi dòng có mã đơn vị cũ, dấu cách, rồi tỷ trọng, như: H16.03 0,4",
                    "Each line has the code of a predecessor, a space, and its weight, such as: H16.03 0,4",
                )
            ]
        )  # fmt: skip
    return [{"code": code, "weight": weight.replace(",", ".")} for code, weight in rows]


def _ended(unit: RegisteredUnit, by: UnitLine) -> UnitLine:
    """Return the line by which a predecessor ends on the first day of the new unit, by the same decision."""
    first = unit.records[0]
    return UnitLine(
        first.code, first.valid_from, first.name, first.kind, first.parent, first.seat, first.reference,
        by.valid_from, by.reference, first.predecessors, f"{LINE}/predecessors",
    )  # fmt: skip


def _day_or_nothing(text: str) -> str:
    return vietnamese.read_day(text) if text.strip() else ""


def _values_of(record: UnitRecorded) -> dict[str, str]:
    return {
        "code": record.code, "valid_from": record.valid_from, "name": record.name, "kind": record.kind.value,
        "parent": record.parent, "seat": record.seat, "reference": record.reference,
    }  # fmt: skip


def _texts_of(record: UnitRecorded) -> dict[str, str]:
    return {name: value for name, value in _values_of(record).items() if name in RECORD}
