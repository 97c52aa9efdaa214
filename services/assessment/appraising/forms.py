"""The form of a finding: which fields it has, and how it becomes what the API takes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from assessment.appraising.bodies import FindingIn
from assessment.opening.stages import ValueStage
from assessment.self_scoring.forms import MOST_TYPED, THEN, figure_fields, figures_in, texts_of
from assessment.self_scoring.queries import SheetRow, ShownClaim, ShownFinding
from parindex.contracts.criteria import Criterion
from parindex.eventstore.appending import StreamMovedError
from parindex.http.problems import MalformedError
from parindex.refusal import Place, Refused
from parindex.web import vietnamese
from parindex.web.forms import FormShape, SentForm, body_of
from parindex.web.vietnamese import NotReadError, read_number

POINTS: Final = "points_given"
"""The field of points that are set; a rule may have a figure of the name `points`."""
SEEN: Final = "seen"
"""The position of the log up to which the page showed everything."""
FIELDS: Final = {
    "finding": 9,
    POINTS: MOST_TYPED,
    "comment": 2_000,
    "not_applicable": 3,
    "confirmed": MOST_TYPED,
    THEN: 4,
    SEEN: 15,
}
DIGEST: Final = "digest"
UPHOLDING: Final = FormShape({DIGEST: 64}, versioned=False)
"""The form that upholds a list; the digest is that of the list which the page showed."""
MEANWHILE: Final = (
    "Tiêu chí này vừa có người ghi. Nội dung hiện nay ở ngay dưới; nếu vẫn giữ ý kiến của mình, hãy lưu lại."
)


class FindingChoice(StrEnum):
    """What an appraiser finds about a criterion. `KEPT`: as the appraisal before found it."""

    UPHELD = "upheld"
    KEPT = "kept"
    CORRECTED = "corrected"


def finding_form(leaf: Criterion) -> FormShape:
    """Return the form of a finding for a criterion."""
    figures = {field.field: MOST_TYPED for field in figure_fields(leaf.rule)}
    return FormShape({**figures, **FIELDS}, frozenset({"confirmed"}))


def texts_of_finding(row: SheetRow, leaf: Criterion, stage: ValueStage) -> dict[str, str]:
    """Return what a fresh form holds: the finding of this stage, or else the unit's figures and no choice."""
    found = row.finding if row.finding and row.finding.stage is stage else None
    if found is None:
        return _figures(row.claim, leaf)
    choice = FindingChoice.UPHELD if found.upheld else FindingChoice.CORRECTED
    corrected = {} if found.upheld else _corrected(found, leaf)
    figures = _figures(row.claim, leaf) if found.upheld else {}
    return {**figures, **corrected, "finding": choice, "comment": found.comment}


def seen_in_form(sent: SentForm) -> int:
    """Return up to which position the sent page showed everything; 0 where it does not say so."""
    text = sent.text(SEEN)
    return int(text) if text.isascii() and text.isdecimal() else 0


def finding_in(sent: SentForm, leaf: Criterion) -> FindingIn:
    """Return the body of a sent form, as the API takes it. Raises MalformedError with the places of the body."""
    texts = {name: sent.text(name) for name in sent.fields}
    said: dict[str, object] = {"comment": texts["comment"], "confirmed": list(sent.fields["confirmed"])}
    match texts["finding"]:
        case FindingChoice.UPHELD:
            said["upheld"] = True
        case FindingChoice.KEPT:
            said["kept"] = True
        case FindingChoice.CORRECTED:
            said |= _correction(texts, leaf)
        case _:
            vi, en = "Chọn công nhận hoặc điều chỉnh.", "Choose whether to uphold or to correct."
            raise MalformedError([Place("/finding", vi, en)])
    return body_of(FindingIn, {"criterion": leaf.code, **said})


def errors_of_finding(refused: Refused, leaf: Criterion) -> dict[str, str]:
    """Return the sentences of a refusal by the fields of the form; "" has those about no field."""
    if isinstance(refused, StreamMovedError):
        return {"": MEANWHILE}
    found: dict[str, str] = {}
    for place in refused.places:
        name, text = _field_at(place.at, leaf), place.vi
        for field in figure_fields(leaf.rule):
            text = text.replace(f"“{field.name}”", f"“{field.label}”")
        found[name] = f"{found[name]} {text}" if name in found else text
    return found or {"": refused.vi}


def _correction(texts: Mapping[str, str], leaf: Criterion) -> dict[str, object]:
    """Return what counts instead of the claim: points where some are typed, else figures, or not applicable."""
    if texts["not_applicable"] == "yes":
        return {"applicable": False}
    if typed := texts[POINTS].strip():
        try:
            return {"points": read_number(typed)}
        except NotReadError as error:
            raise MalformedError([Place("/points", error.fault.vi, error.fault.en)]) from None
    figures, places = figures_in(leaf, texts)
    if places:
        raise MalformedError(places)
    return {"figures": figures}


def _figures(claim: ShownClaim | None, leaf: Criterion) -> dict[str, str]:
    fields = {field.field for field in figure_fields(leaf.rule)} | {"not_applicable"}
    return {name: text for name, text in texts_of(claim, leaf).items() if name in fields}


def _corrected(found: ShownFinding, leaf: Criterion) -> dict[str, str]:
    figures = {
        field.field: field.shown(found.figures[field.name])
        for field in figure_fields(leaf.rule)
        if field.name in found.figures
    }
    refused = {} if found.applicable else {"not_applicable": "yes"}
    return {**figures, **refused, POINTS: vietnamese.comma(found.points)}


def _field_at(pointer: str, leaf: Criterion) -> str:
    name = pointer.rpartition("/")[2]
    if "figures/" in pointer:
        return next((field.field for field in figure_fields(leaf.rule) if field.name == name), "")
    return POINTS if name == "points" else name if name in FIELDS else ""
