"""Forms of the pages of a unit's sheet: which fields they have, and how they become what the API takes.

A form holds up to `MOST_DOCUMENTS` documents, each with a number behind the names of its fields (`number-0`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Query

from assessment.enacting.figures import mistakes_in_figures
from assessment.self_scoring.bodies import ClaimIn
from assessment.self_scoring.queries import ShownClaim
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import (
    Choice,
    Criterion,
    EnteredPoints,
    Proportional,
    Rule,
    Steps,
    Timeliness,
    YesNo,
)
from parindex.http.problems import MalformedError
from parindex.refusal import Place, Refused
from parindex.web import vietnamese
from parindex.web.forms import FormShape, SentForm, body_of
from parindex.web.vietnamese import NotReadError, read_day, read_number

MOST_DOCUMENTS: Final = 50
DOCUMENT: Final = {
    "number": 100,
    "issued_on": 10,
    "title": 2_000,
    "page": 100,
    "sha256": 64,
    "effective_from": 10,
    "effective_to": 10,
}
"""The fields of a document, with their most characters."""
LABELS: Final = {
    "number": "Số, ký hiệu",
    "issued_on": "Ngày ban hành",
    "title": "Cơ quan ban hành, trích yếu",
    "page": "Trang, mục",
    "sha256": "Mã băm của tệp",
    "effective_from": "Chứng minh cho thời gian từ ngày",
    "effective_to": "Đến ngày",
}
DAYS: Final = ("issued_on", "effective_from", "effective_to")
NUMBERS: Final = ("points", "value", "done", "planned")
CHOSEN: Final = ("answer", "outcome", "level")
FIGURES: Final = (*NUMBERS, *CHOSEN)
THEN: Final = "then"
"""What the button says: `stay`, `next`, `try` for the points that the figures earn, `more` for one more document."""

CLAIM: Final = FormShape(
    {
        **dict.fromkeys(FIGURES, 63),
        "not_applicable": 3,
        "explanation": 2_000,
        "confirmed": 63,
        THEN: 4,
        **{f"{name}-{at}": most for at in range(MOST_DOCUMENTS) for name, most in DOCUMENT.items()},
    },
    several=frozenset({"confirmed"}),
)
TypedText = Annotated[str, Query(max_length=63)]
_AT_DOCUMENT = re.compile(r"/evidence/(?P<at>[0-9]+)/(?P<name>[a-z0-9_]+)")


@dataclass(frozen=True, slots=True)
class FigureField:
    """A field for a figure. `options`: the codes and names to choose from; none: a number is typed."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""

    def said(self, text: str) -> str:
        """Return a figure as people read it: the name of a choice, a number with a comma."""
        return dict(self.options).get(text, text) if self.options else vietnamese.comma(text)


def figure_fields(rule: Rule | None) -> tuple[FigureField, ...]:  # noqa: PLR0911  # one answer for each kind of rule
    """Return the fields of the figures that a rule wants."""
    match rule:
        case EnteredPoints():
            return (FigureField("points", "Điểm tự chấm"),)
        case YesNo():
            return (FigureField("answer", "Kết quả", (("yes", "Có, đạt"), ("no", "Không"))),)
        case Timeliness():
            outcomes = (("on_time", "Đúng hạn"), ("late", "Chậm"), ("never", "Không thực hiện"))
            return (FigureField("outcome", "Kết quả", outcomes),)
        case Choice():
            return (FigureField("level", "Mức đạt", tuple((one.code, one.name) for one in rule.options)),)
        case Steps():
            hint = "Nếu đã có sẵn tỷ lệ (%) thì chỉ nhập ô này, để trống hai ô dưới."
            return (FigureField("value", "Giá trị đạt được", hint=hint), *_SHARE)
        case Proportional():
            return _SHARE
        case _:
            return ()


_SHARE = (FigureField("done", "Số đã thực hiện"), FigureField("planned", "Số kế hoạch"))


def texts_of(claim: ShownClaim | None) -> dict[str, str]:
    """Return a claim as the texts of the form: numbers with a comma, days as day/month/year."""
    if claim is None:
        return {}
    figures = {name: vietnamese.comma(value) if name in NUMBERS else value for name, value in claim.figures.items()}
    documents = {
        f"{name}-{at}": vietnamese.calendar_day(getattr(document, name)) if name in DAYS else getattr(document, name)
        for at, document in enumerate(claim.evidence)
        for name in DOCUMENT
    }
    refused = {} if claim.applicable else {"not_applicable": "yes"}
    return {**figures, **documents, **refused, "explanation": claim.explanation}


def labels_of(leaf: Criterion) -> dict[str, str]:
    """Return the label of each field of a claim's form, in their order on the page."""
    figures = {field.name: field.label for field in figure_fields(leaf.rule)}
    documents = {
        f"{name}-{at}": f"Tài liệu {at + 1}: {label}" for at in range(MOST_DOCUMENTS) for name, label in LABELS.items()
    }
    return {**figures, "not_applicable": "Không áp dụng", **documents, "explanation": "Giải trình"}


def documents_in(texts: Mapping[str, str]) -> int:
    """Return how many documents a form has: up to the last one with a text."""
    filled = [int(name.rpartition("-")[2]) for name, text in texts.items() if "-" in name and text.strip()]
    return max(filled, default=-1) + 1


def typed_figures(  # noqa: PLR0913, PLR0917  # one for each figure of any rule
    points: TypedText = "",
    value: TypedText = "",
    done: TypedText = "",
    planned: TypedText = "",
    answer: TypedText = "",
    outcome: TypedText = "",
    level: TypedText = "",
    not_applicable: TypedText = "",
) -> dict[str, str]:
    """Return the texts of the figures in the query of a request, as a form has them."""
    numbers = {"points": points, "value": value, "done": done, "planned": planned}
    return {**numbers, "answer": answer, "outcome": outcome, "level": level, "not_applicable": not_applicable}


def figures_in(texts: Mapping[str, str]) -> tuple[dict[str, str], list[Place]]:
    """Return the figures of typed texts as the API takes them, and the places of those that are not read."""
    figures, places = {name: texts[name] for name in CHOSEN if texts[name]}, list[Place]()
    for name in NUMBERS:
        if texts[name].strip():
            figures[name] = _read(texts[name], read_number, f"/figures/{name}", places)
    return figures, places


def figures_tried(leaf: Criterion, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the figures of typed texts. Raises MalformedError with the places of what is missing or wrong."""
    figures, places = figures_in(texts)
    given = [Figure(name=name, value=value) for name, value in figures.items()]
    if places := places or mistakes_in_figures(leaf, given, "/figures"):
        raise MalformedError(places)
    return figures


def claim_in(sent: SentForm) -> ClaimIn:
    """Return the body of a sent form, as the API takes it. Raises MalformedError with the places of the body."""
    texts = {name: sent.text(name) for name in sent.fields}
    figures, places = figures_in(texts)
    evidence: list[dict[str, str]] = []
    for at in _filled(texts):
        given = {name: texts[f"{name}-{at}"] for name in DOCUMENT}
        typed = [name for name in DAYS if given[name].strip()]
        days = {name: _read(given[name], read_day, f"/evidence/{len(evidence)}/{name}", places) for name in typed}
        evidence.append({name: text for name, text in {**given, **days}.items() if text.strip()})
    if places:
        raise MalformedError(places)
    refused = texts["not_applicable"] == "yes"
    return body_of(
        ClaimIn,
        {
            "figures": {} if refused else figures,
            "applicable": not refused,
            "evidence": evidence,
            "explanation": texts["explanation"],
            "confirmed": list(sent.fields["confirmed"]),
        },
    )


def errors_of(refused: Refused, leaf: Criterion, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the sentences of a refusal by the fields of the claim's form; "" has those about no field.

    `texts` are those of the form: the claim lacks the documents that are left empty there.
    """
    filled = _filled(texts)
    labels = {field.name: field.label for field in figure_fields(leaf.rule)}
    found: dict[str, str] = {}
    for place in refused.places:
        name, text = _field_at(place.at, filled), place.vi
        for figure, label in labels.items():
            text = text.replace(f"“{figure}”", f"“{label}”")
        found[name] = f"{found[name]} {text}" if name in found else text
    return found or {"": refused.vi}


def _read(text: str, reader: Callable[[str], str], at: str, places: list[Place]) -> str:
    """Return a typed text as the API takes it; note the place of one that is not read."""
    try:
        return reader(text)
    except NotReadError as error:
        places.append(Place(at, error.fault.vi, error.fault.en))
        return ""


def _filled(texts: Mapping[str, str]) -> list[int]:
    """Return the numbers of the documents of a form in which something is written."""
    return [at for at in range(documents_in(texts)) if any(texts.get(f"{name}-{at}", "").strip() for name in DOCUMENT)]


def _field_at(pointer: str, filled: Sequence[int]) -> str:
    if (inside := _AT_DOCUMENT.search(pointer)) and int(inside["at"]) < len(filled):
        return f"{inside['name']}-{filled[int(inside['at'])]}"
    name = pointer.rpartition("/")[2]
    return name if name in CLAIM.fields else ""
