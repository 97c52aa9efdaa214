"""Forms of the pages of a unit's sheet: which fields they have, and how they become what the API takes.

A form holds up to `MOST_DOCUMENTS` documents, each with a number behind the names of its fields (`number-0`).
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from itertools import chain
from typing import Final

from fastapi import Query

from assessment.enacting.figures import MOST_FIGURES, Takes, mistakes_in_figures, wanted_figures
from assessment.self_scoring.bodies import ClaimIn
from assessment.self_scoring.queries import AttachableFile, ShownClaim
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import Criterion, NormalisedToBest, Rule, Steps
from parindex.http.problems import MalformedError
from parindex.refusal import Place, Refused
from parindex.values.texts import says_something
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
THEN: Final = "then"
"""What the button says: `stay`, `next`, `try` for the points that the figures earn, `more` for one more document."""

FIXED: Final = ("points", "value", "done", "planned", "count", "deducted", "as_of", "answer", "outcome", "level")
"""The figures whose names are the same in every set."""
OF_SET: Final = tuple(f"figure_{at}" for at in range(MOST_FIGURES))
"""The fields of figures that a set names, by their place in its rule."""
MOST_TYPED: Final = 63
"""Characters of a typed figure."""
ALWAYS: Final = FormShape(
    {
        "not_applicable": 3,
        "explanation": 2_000,
        "confirmed": MOST_TYPED,
        THEN: 4,
        **{f"{name}-{at}": most for at in range(MOST_DOCUMENTS) for name, most in DOCUMENT.items()},
    },
    several=frozenset({"confirmed"}),
)
"""The fields of every claim's form, beside its figures."""
SHARE_KNOWN: Final = "Nếu đã có sẵn tỷ lệ (%) thì chỉ nhập ô này, để trống hai ô dưới."
VALUE_KNOWN: Final = "Nếu đã có sẵn giá trị thì chỉ nhập ô này, để trống hai ô dưới."
DAY_HINT: Final = "ngày/tháng/năm, ví dụ 30/06/2026"
_AT_DOCUMENT = re.compile(r"/evidence/(?P<at>[0-9]+)/(?P<name>[a-z0-9_]+)")


@dataclass(frozen=True, slots=True)
class FigureField:
    """A field of a form for a figure: its name in claims, and the name of the field.

    `options`: the codes and names to choose from; none: something is typed.
    """

    name: str
    field: str
    label: str
    takes: Takes
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""

    @property
    def decimal(self) -> bool:
        """Whether a number is typed."""
        return not self.options and self.takes is not Takes.DAY

    def said(self, text: str) -> str:
        """Return a figure as people read it: the name of a choice, a day, a number with a comma."""
        return dict(self.options).get(text, text) if self.options else self.shown(text)

    def shown(self, text: str) -> str:
        """Return a figure as the field holds it."""
        if self.options:
            return text
        return vietnamese.calendar_day(text) if self.takes is Takes.DAY else vietnamese.comma(text)

    def read(self, text: str) -> str:
        """Return the typed or chosen text as the API takes it. Raises NotReadError."""
        if self.options:
            return text
        return read_day(text) if self.takes is Takes.DAY else read_number(text)


def figure_fields(rule: Rule | None) -> tuple[FigureField, ...]:
    """Return the fields of the figures that a rule wants."""
    if rule is None:
        return ()
    wanted = chain.from_iterable(wanted_figures(rule))
    of_value = SHARE_KNOWN if isinstance(rule, Steps) else VALUE_KNOWN if isinstance(rule, NormalisedToBest) else ""
    hints = {"value": of_value, "as_of": DAY_HINT}
    return tuple(
        FigureField(
            figure.name,
            OF_SET[at] if figure.of_set else figure.name,
            figure.label,
            figure.takes,
            figure.words,
            "" if figure.of_set else hints.get(figure.name, ""),
        )
        for at, figure in enumerate(wanted)
    )


def claim_form(leaf: Criterion) -> FormShape:
    """Return the form of a claim, or an explanation, of a criterion."""
    figures = {field.field: MOST_TYPED for field in figure_fields(leaf.rule)}
    return FormShape({**figures, **ALWAYS.fields}, ALWAYS.several)


def texts_of(claim: ShownClaim | None, leaf: Criterion) -> dict[str, str]:
    """Return a claim as the texts of the form: numbers with a comma, days as day/month/year."""
    if claim is None:
        return {}
    fields = [field for field in figure_fields(leaf.rule) if field.name in claim.figures]
    figures = {field.field: field.shown(claim.figures[field.name]) for field in fields}
    documents = {
        f"{name}-{at}": vietnamese.calendar_day(getattr(document, name)) if name in DAYS else getattr(document, name)
        for at, document in enumerate(claim.evidence)
        for name in DOCUMENT
    }
    refused = {} if claim.applicable else {"not_applicable": "yes"}
    return {**figures, **documents, **refused, "explanation": claim.explanation}


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """A file of the unit that the form of a claim offers at one of its documents: ticked, it is attached on saving."""

    file: AttachableFile
    ticked: bool


def offered_at(texts: Mapping[str, str], files: Iterable[AttachableFile]) -> dict[int, AttachableFile]:
    """Return the files at the documents of a form: each where it is already, or at the next document left empty."""
    held = {digest: at for at in range(MOST_DOCUMENTS) if (digest := texts.get(f"sha256-{at}", ""))}
    filled = {*_filled(texts)}
    empty = (at for at in range(MOST_DOCUMENTS) if at not in filled)
    places = ((held.get(each.sha256) if each.sha256 in held else next(empty, None), each) for each in files)
    return {at: each for at, each in places if at is not None}


def texts_with(files: Mapping[int, AttachableFile], claims: Iterable[ShownClaim]) -> dict[str, str]:
    """Return the texts of offered files as a fresh form has them.

    What another document of the same file says of it is copied, as where a document is attached to a claim; the period
    is that which the unit stated when it took the file from another round.
    """
    known = {each.sha256: each for claim in claims for each in claim.evidence if each.sha256}
    texts: dict[str, str] = {}
    for at, each in files.items():
        same = known.get(each.sha256)
        days = {"effective_from": each.effective_from, "effective_to": each.effective_to}
        said = {"number": same.number, "issued_on": same.issued_on, "title": same.title} if same else {}
        shown = {name: vietnamese.calendar_day(text) if name in DAYS else text for name, text in (days | said).items()}
        texts |= {f"{name}-{at}": text for name, text in ({"sha256": each.sha256} | shown).items() if text}
    return texts


def check_files(body: ClaimIn, known: Collection[str]) -> None:
    """Raise MalformedError for a document whose file is not among those that the unit has."""
    places = [
        Place(
            f"/evidence/{at}/sha256",
            "Đơn vị không có tệp này trong đợt, hoặc tệp không dùng được. Hãy tải tệp lên rồi chọn lại.",
            "The unit has no such file in this round, or it can't be used. Upload the file, and choose it again.",
        )
        for at, document in enumerate(body.evidence)
        if document.sha256 and document.sha256 not in known
    ]
    if places:
        raise MalformedError(places)


def labels_of(leaf: Criterion) -> dict[str, str]:
    """Return the label of each field of a claim's form, in their order on the page."""
    figures = {field.field: field.label for field in figure_fields(leaf.rule)}
    documents = {
        f"{name}-{at}": f"Tài liệu {at + 1}: {label}" for at in range(MOST_DOCUMENTS) for name, label in LABELS.items()
    }
    return {**figures, "not_applicable": "Không áp dụng", **documents, "explanation": "Giải trình"}


def documents_in(texts: Mapping[str, str]) -> int:
    """Return how many documents a form has: up to the last one with a text."""
    filled = [int(name.rpartition("-")[2]) for name, text in texts.items() if "-" in name and text.strip()]
    return max(filled, default=-1) + 1


def figures_in(leaf: Criterion, texts: Mapping[str, str]) -> tuple[dict[str, str], list[Place]]:
    """Return the figures of typed texts as the API takes them, and the places of those that are not read."""
    figures, places = dict[str, str](), list[Place]()
    for field in figure_fields(leaf.rule):
        if text := texts.get(field.field, "").strip():
            figures[field.name] = _read(text, field.read, f"/figures/{field.name}", places)
    return figures, places


def figures_tried(leaf: Criterion, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the figures of typed texts. Raises MalformedError with the places of the mistakes."""
    figures, places = figures_in(leaf, texts)
    given = [Figure(name=name, value=value) for name, value in figures.items()]
    if places := places or mistakes_in_figures(leaf, given, "/figures"):
        raise MalformedError(places)
    return figures


def typed_figures(**texts: str) -> dict[str, str]:
    """Return the texts of the figures in the query of a request, as a form has them."""
    return texts


# FastAPI takes the query of a route from the signature of what it depends on
typed_figures.__signature__ = Signature(  # type: ignore[attr-defined]  # of a function it may be set
    [
        Parameter(name, Parameter.KEYWORD_ONLY, default=Query(default="", max_length=MOST_TYPED), annotation=str)
        for name in (*FIXED, *OF_SET, "not_applicable")
    ]
)


def claim_in(sent: SentForm, leaf: Criterion) -> ClaimIn:
    """Return the body of a sent form, as the API takes it. Raises MalformedError with the places of the body."""
    texts = {name: sent.text(name) for name in sent.fields}
    figures, places = figures_in(leaf, texts)
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
    filled, fields = _filled(texts), figure_fields(leaf.rule)
    found: dict[str, str] = {}
    for place in refused.places:
        name = _field_at(place.at, filled, fields)
        text = _without_number(name, texts) or place.vi
        for field in fields:
            text = text.replace(f"“{field.name}”", f"“{field.label}”")
        found[name] = f"{found[name]} {text}" if name in found else text
    return found or {"": refused.vi}


def _without_number(name: str, texts: Mapping[str, str]) -> str:
    """Return what is wrong where a field is that of a document's number, and holds none; "" elsewhere."""
    part, _, at = name.rpartition("-")
    if part != "number" or says_something(texts.get(name, "")):
        return ""
    return f"Tài liệu {int(at) + 1}: nhập số, ký hiệu."


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


def _field_at(pointer: str, filled: Sequence[int], fields: Sequence[FigureField]) -> str:
    if (inside := _AT_DOCUMENT.search(pointer)) and int(inside["at"]) < len(filled):
        return f"{inside['name']}-{filled[int(inside['at'])]}"
    name = pointer.rpartition("/")[2]
    if "figures/" in pointer:
        return next((field.field for field in fields if field.name == name), "")
    return name if name in ALWAYS.fields else ""
