"""Compares what a workbook declares with what the sheet has, field by field, as people read them."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest

from assessment.enacting.slips import warnings_in_figures
from assessment.filling_in.layout import NOT_APPLICABLE, words_of
from assessment.filling_in.rows import FilledRow
from assessment.filling_in.state import Content, FieldChange, Note
from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.events import ClaimEntered
from assessment.self_scoring.forms import CHOSEN, DAYS, LABELS, figure_fields
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import Criterion
from parindex.web import vietnamese


def content_of(fact: ClaimEntered, texts: Mapping[str, str]) -> Content:
    """Return the content of a claim of the sheet; `texts` has the texts of its commitments."""
    return Content(
        {figure.name: figure.value for figure in fact.figures},
        fact.applicable,
        tuple(replace(document, title=texts.get(document.title, "")) for document in fact.evidence),
        texts.get(fact.explanation, ""),
        fact.confirmed,
    )


def changes_between(leaf: Criterion, old: Content, new: Content) -> list[FieldChange]:
    """Return the fields of a claim that differ."""
    found = [
        FieldChange(f"figures/{field.name}", field.label, *(_figure(leaf, each, field.name) for each in (old, new)))
        for field in figure_fields(leaf.rule)
    ]
    found.append(FieldChange("applicable", NOT_APPLICABLE, _refused(old), _refused(new)))
    found += [
        FieldChange(f"evidence/{at}", f"Tài liệu {at + 1}", _document(before), _document(after))
        for at, (before, after) in enumerate(zip_longest(old.evidence, new.evidence))
    ]
    found.append(FieldChange("explanation", "Giải trình", old.explanation, new.explanation))
    return [change for change in found if change.old != change.new]


def notes_of_slips(row: FilledRow, leaf: Criterion, given: Content, now: Content | None) -> list[Note]:
    """Return the figures of a row that look like a slip, but for those that the unit has confirmed before."""
    known = now.confirmed if now is not None and now.figures == given.figures else ()
    claim = row.claim
    figures = [Figure(name=name, value=value) for name, value in (claim.figures if claim else {}).items()]
    return [
        Note(row.at(place.at), row.criterion, place.vi, place.en, place.code)
        for place in warnings_in_figures(leaf, figures, "/figures")
        if place.code not in known
    ]


def _figure(leaf: Criterion, of: Content, name: str) -> str:
    text = of.figures.get(name, "")
    return words_of(leaf).get(text, text) if name in CHOSEN else vietnamese.comma(text)


def _refused(of: Content) -> str:
    return "" if of.applicable else NOT_APPLICABLE


def _document(document: Evidence | None) -> str:
    if document is None:
        return ""
    said = {name: getattr(document, name) for name in LABELS}
    said |= {name: vietnamese.calendar_day(said[name]) for name in DAYS}
    return "; ".join(f"{LABELS[name]}: {text}" for name, text in said.items() if text)
