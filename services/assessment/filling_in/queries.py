"""Queries of this step: the sheet that a workbook is written from, and what an uploaded workbook would change in it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from assessment.enacting.figures import plain_figures
from assessment.enacting.slips import warnings_in_figures
from assessment.filling_in.layout import (
    CHOSEN,
    CLAIMS,
    FORM,
    MARK,
    NOT_APPLICABLE,
    is_filled_in,
    labels_of_files,
    words_of,
)
from assessment.filling_in.refusals import WorkbookNotOursError, WorkbookOfAnotherSheetError, WorkbookOutdatedError
from assessment.filling_in.rows import Filled, FilledRow, Ground, read_workbook, take_places
from assessment.filling_in.state import Content, CriterionChange, FieldChange
from assessment.filling_in.writing import Filling
from assessment.opening.queries import UnitInRound
from assessment.opening.terms import Terms
from assessment.proving.queries import files_in
from assessment.self_scoring.bodies import ListedClaimIn
from assessment.self_scoring.checks import check_in_time, check_with_unit, mistakes_in_claims
from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.display import by_area
from assessment.self_scoring.events import ClaimEntered, stream_of
from assessment.self_scoring.forms import DAYS, LABELS, figure_fields
from assessment.self_scoring.queries import sheet_of
from assessment.self_scoring.state import Sheet, evolve
from assessment.self_scoring.texts import commitments_in, shown_texts
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import Criterion
from parindex.eventstore.log import Log
from parindex.eventstore.sealing import Seals
from parindex.files.workbooks import Workbook
from parindex.refusal import Refused
from parindex.values.days import day_in_vietnam
from parindex.web import vietnamese
from parindex.web.worksheets import At, Note, key


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why the sheet does not take the changes now, as the refusal of a claim would say."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a workbook would change in the sheet at `version`; `downloaded` is the version that it was made from.

    `unchanged` counts the criteria that are as in the sheet, `kept` those that others have saved since the download and
    that the workbook did not change: they stay as they are now. With `errors` nothing is applied.
    """

    version: int
    downloaded: int
    changes: list[CriterionChange]
    unchanged: int
    kept: int
    errors: list[Note]
    warnings: list[Note]
    obstacle: Obstacle | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A difference with the claims that make it."""

    difference: Difference
    claims: Sequence[ListedClaimIn]


@dataclass(frozen=True, slots=True)
class _Versions:
    """A sheet now and as of the download: its claims, and who had it."""

    version: int
    sheet: Sheet
    now: Mapping[str, Content]
    then: Mapping[str, Content]


async def filling_of(log: Log, of: UnitInRound) -> Filling:
    """Return what the workbook of a sheet is made of."""
    sheet = await sheet_of(log, of.terms)
    return Filling(
        round=of.terms.round,
        unit=of.terms.unit,
        title=of.title,
        name=of.name,
        version=sheet.version,
        digest=of.digest,
        areas=by_area(of.criteria_set, sheet.rows),
        leaves=of.terms.leaves,
        files=labels_of_files(await files_in(log, of.terms)),
        note=of.terms.note,
    )


async def prepared(log: Log, of: UnitInRound, workbook: Workbook, at: str) -> Prepared:
    """Return what a workbook would change at an instant.

    Raises WorkbookNotOursError, WorkbookOfAnotherSheetError, WorkbookOutdatedError and WorkbookTooFaultyError.
    """
    downloaded = _marked_version(workbook, of)
    versions = await _versions(log, of.terms, downloaded)
    if downloaded > versions.version:
        raise WorkbookOutdatedError
    files = {key(label): digest for digest, label in labels_of_files(await files_in(log, of.terms)).items()}
    headings = [row.code for row in of.criteria_set.criteria if row.rule is None]
    ground = Ground(of.terms.leaves, headings, files, of.terms.excluded)
    filled = await asyncio.to_thread(read_workbook, workbook, ground)  # one with many lines takes a second
    _check_rules(of.terms, filled, at)
    return _compared(of.terms, filled, versions, downloaded, _obstacle(of.terms, versions.sheet, at))


def _marked_version(workbook: Workbook, of: UnitInRound) -> int:
    """Return the version of the sheet that a workbook says it is of."""
    sheet = workbook.sheet(MARK)
    lines = sheet.cells.values() if sheet else ()
    mark = {line[0].text: line[1].text for line in lines if {0, 1} <= line.keys()}
    if mark.get("form") != FORM or not mark.keys() >= {"round", "unit", "version", "criteria_set"}:
        raise WorkbookNotOursError
    if (mark["round"], mark["unit"]) != (of.terms.round, of.terms.unit):
        raise WorkbookOfAnotherSheetError(mark["round"][:100], mark["unit"][:100])
    if mark["criteria_set"] != of.digest or not mark["version"].isdecimal() or len(mark["version"]) > 18:  # noqa: PLR2004
        raise WorkbookOutdatedError
    return int(mark["version"])


async def _versions(log: Log, terms: Terms, downloaded: int) -> _Versions:
    recorded = await log.read_stream(stream_of(terms.round, terms.unit))
    claims = [each for each in recorded if isinstance(each.fact, ClaimEntered)]
    now: dict[str, ClaimEntered] = {each.fact.criterion: each.fact for each in claims}
    then: dict[str, ClaimEntered] = {
        each.fact.criterion: each.fact for each in claims if each.entry.version <= downloaded
    }
    texts = await shown_texts(
        log, list({one for fact in (*now.values(), *then.values()) for one in commitments_in(fact)})
    )
    sheet = Sheet()
    for each in recorded:
        sheet = evolve(sheet, each.fact)
    return _Versions(
        recorded[-1].entry.version if recorded else 0,
        sheet,
        {code: content_of(fact, texts) for code, fact in now.items()},
        {code: content_of(fact, texts) for code, fact in then.items()},
    )


def _obstacle(terms: Terms, sheet: Sheet, at: str) -> Obstacle | None:
    try:
        check_with_unit(sheet)
        check_in_time(terms, sheet, at)
    except Refused as refused:
        return Obstacle(refused.code, refused.vi, refused.en)
    return None


def _check_rules(terms: Terms, filled: Filled, at: str) -> None:
    """Note what the rules of claims refuse, each at its cell."""
    for row in filled.rows.values():
        if row.claim is None:
            continue
        declared = row.claim.to_record(row.criterion, Seals())
        found = mistakes_in_claims(terms, [declared], day_in_vietnam(at))
        take_places(filled, row, found.others)
        if found.others:
            row.claim = None
            row.wrong = True


def _compared(
    terms: Terms, filled: Filled, versions: _Versions, downloaded: int, obstacle: Obstacle | None
) -> Prepared:
    changes, claims, unchanged, kept = [], [], 0, 0
    for row in filled.rows.values():
        if row.claim is None:
            unchanged += _left_empty(row, filled, versions)
            continue
        leaf, now, then = terms.leaves[row.criterion], versions.now.get(row.criterion), versions.then.get(row.criterion)
        given = content_in(row.claim, terms)
        if given == now:
            unchanged += 1
        elif given == then:
            kept += 1
            filled.warn(
                row.at(""), row.criterion, "Người khác đã sửa tiêu chí này sau khi tải tệp; giữ bản trên hệ thống.",
                "Others have saved this criterion since the download; what is in the system stays.",
            )  # fmt: skip
        else:
            fields = changes_between(leaf, now or Content(), given)
            changes.append(CriterionChange(row.criterion, leaf.name, row.row + 1, now != then, fields))
            claims.append(row.claim)
            for note in notes_of_slips(row, leaf, given, now):
                filled.add(filled.warnings, note)
    _note_missing(terms, filled)
    difference = Difference(
        versions.version, downloaded, changes, unchanged, kept, filled.errors, filled.warnings, obstacle
    )
    return Prepared(difference, claims)


def content_in(claim: ListedClaimIn, terms: Terms) -> Content:
    """Return the content of a claim without mistakes."""
    declared = claim.to_record(claim.criterion, Seals())
    documents = tuple(
        type(one)(one.number, one.issued_on, sent.title, one.page, one.sha256, one.effective_from, one.effective_to)
        for one, sent in zip(declared.evidence, claim.evidence, strict=True)
    )
    figures = {each.name: each.value for each in plain_figures(terms.leaves[claim.criterion], declared.figures)}
    return Content(figures, claim.applicable, documents, claim.explanation)


def _left_empty(row: FilledRow, filled: Filled, versions: _Versions) -> int:
    """Warn of an empty line whose criterion has a claim; return 1 where the line has no mistake and changes nothing."""
    if row.wrong:
        return 0
    if row.criterion in versions.now:
        vi, en = "Dòng để trống; nội dung đã lưu giữ nguyên.", "The line is empty; what was saved stays."
        filled.warn(row.at(""), row.criterion, vi, en)
    return 1


def _note_missing(terms: Terms, filled: Filled) -> None:
    """Warn of the criteria that the workbook has no line for, where its lines could be read at all."""
    if not filled.rows:
        return
    for code, leaf in terms.leaves.items():
        if code not in filled.rows and is_filled_in(leaf):
            vi, en = f"Tệp không có dòng của tiêu chí {code}; giữ nguyên.", f"No line of criterion {code}; it stays."
            filled.warn(At(CLAIMS), code, vi, en)


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
