"""Queries for a unit's files: what they are, and which claims of this round name them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from assessment.opening.queries import RoundNames, names_in_rounds
from assessment.opening.terms import Terms
from assessment.proving.projections import document_uses, normal_number, unit_files
from assessment.proving.refusals import FileUnknownError
from assessment.self_scoring.events import (
    ClaimEntered,
    CutExplained,
    FileErased,
    FileRemoved,
    FileScanned,
    FileUploaded,
    files_of,
    stream_of,
)
from assessment.self_scoring.queries import ShownClaim
from assessment.self_scoring.texts import commitments_in, shown_texts
from parindex.auth import Asker
from parindex.auth.principal import OWN_NODE, Right
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded

MOST_USES: Final = 1_000
"""Uses elsewhere that are read for one answer."""
MOST_EARLIER: Final = 2_000


class FileState(StrEnum):
    """Whether a virus scanner has looked at a file, and what it said. A file that it rejects is not opened.

    `bytes-erased`: the office erased the bytes.
    """

    UNSCANNED = "unscanned"
    CLEAN = "clean"
    REJECTED = "rejected"
    ERASED = "bytes-erased"


@dataclass(frozen=True, slots=True)
class UseElsewhere:
    """A claim of another criterion, unit or round with a document of the same bytes, or with the same number.

    `same_bytes` is False where only the number is the same, and the date of issue where both claims state one.
    `title` is the round's, and `name` the unit's in it.
    """

    round: str
    unit: str
    criterion: str
    same_bytes: bool
    title: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class EarlierFile:
    """A file that the unit has in another round, and not in this one. `title` is the round's."""

    round: str
    sha256: str
    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of a unit; `sha256` is its id. `pages` is 0 where they are not known; `position` is its entry of the log.

    `used_in` has the criteria of this sheet whose claims name these bytes, `same_number_in` those that name a document
    with the same number and symbol, and other bytes or none. `signature` is what the scanner found; "" for nothing.
    `reused_from` is the round that the unit took the file from, and `reused_title` its title.
    `elsewhere` has what the reader may see of other units and rounds; it follows the log with a projection's delay.
    """

    sha256: str
    name: str
    size: int
    media_type: str
    pages: int
    uploaded_at: str
    uploaded_by: str
    position: int
    state: FileState
    signature: str
    scanner: str
    scanned_at: str
    reused_from: str
    effective_from: str
    effective_to: str
    used_in: list[str]
    same_number_in: list[str]
    elsewhere: list[UseElsewhere] = field(default_factory=list)
    reused_title: str = ""


@dataclass(frozen=True, slots=True)
class FileEntries:
    """The entries about one file that a unit has: its first upload, and what a scanner said last; and who sent it."""

    upload: Recorded
    scan: Recorded | None = None
    erased: bool = False
    senders: frozenset[str] = frozenset()


async def files_in(log: Log, terms: Terms) -> list[ShownFile]:
    """Return a unit's files in the order of their upload, from the log: seen as soon as written.

    With the terms of a part: those that its agencies have sent, and those that its claims name.
    """
    return await _shown(log, terms, (await _entries(log, terms)).values())


async def file_in(log: Log, terms: Terms, digest: str, until: int | None = None) -> ShownFile:
    """Return one file of a unit, as of a position where one is named; raise FileUnknownError."""
    entries = await _entries(log, terms, until)
    if digest not in entries:
        raise FileUnknownError(digest)
    found = await _shown(log, terms, [entries[digest]])
    if not found:
        raise FileUnknownError(digest)
    return found[0]


async def with_uses_elsewhere(
    engine: AsyncEngine, log: Log, terms: Terms, files: Sequence[ShownFile], asker: Asker, most: int = MOST_USES
) -> list[ShownFile]:
    """Return files with their uses in other units and rounds that the asker may see, by one query for all of them.

    The limit counts what the asker may see: uses at other units do not take its place.
    """
    claims, _ = await present_claims(log, terms)
    numbers = {file.sha256: _numbers_of(file.sha256, claims) for file in files}
    table = document_uses.c
    wanted = or_(
        table.sha256.in_(numbers), table.number.in_({number for each in numbers.values() for number, _ in each})
    )
    others = ~and_(table.round == terms.round, table.unit == terms.unit)
    columns = [table.round, table.unit, table.criterion, table.sha256, table.number, table.issued_on]
    seen = or_(false(), *(_covered(table.unit, right) for right in asker.rights))
    found = select(*columns).where(wanted, others, seen).order_by(*columns).limit(most)
    async with engine.connect() as connection:
        rows = asker.visible(await connection.execute(found), lambda row: row.unit)
    names = await names_in_rounds(log, [terms.round, *(row.round for row in rows)])
    real = [row for row in rows if not names[row.round].training]  # practice proves nothing, so it is no use
    return [replace(file, elsewhere=_uses(file.sha256, numbers[file.sha256], real, names)) for file in files]


async def earlier_files(engine: AsyncEngine, log: Log, terms: Terms) -> list[EarlierFile]:
    """Return the files that a unit has in other rounds and not in this one, the newest first, each once.

    Those of training rounds are left out.
    """
    table = unit_files.c
    of_others = (table.unit == terms.unit) & (table.round != terms.round)
    found = select(table.round, table.sha256, table.name).where(of_others).order_by(table.position.desc())
    async with engine.connect() as connection:
        rows = list(await connection.execute(found.limit(MOST_EARLIER)))
    here = await _entries(log, terms)
    names = await names_in_rounds(log, [terms.round, *(row.round for row in rows)])
    real = [row for row in rows if not names[row.round].training]
    others = {row.sha256: row for row in reversed(real) if row.sha256 not in here}
    texts = await shown_texts(log, [row.name for row in others.values()])
    return [
        EarlierFile(row.round, row.sha256, texts.get(row.name, ""), names[row.round].title)
        for row in reversed(others.values())
    ]


def _covered(unit: ColumnElement[str], right: Right) -> ColumnElement[bool]:
    """Return the condition that a right covers the unit of a row, as `Right.covers` says."""
    if right.role in OWN_NODE:
        return unit == right.node
    return or_(unit == right.node, unit.startswith(f"{right.node}.", autoescape=True))


def _numbers_of(digest: str, claims: Sequence[ClaimEntered | CutExplained]) -> set[tuple[str, str]]:
    """Return the numbers, each with its date of issue, under which claims name a file."""
    documents = [each for claim in claims for each in claim.evidence if each.sha256 == digest]
    return {(normal_number(each.number), each.issued_on) for each in documents}


def _uses(
    digest: str, numbers: set[tuple[str, str]], rows: Sequence[Any], names: Mapping[str, RoundNames]
) -> list[UseElsewhere]:
    uses: dict[tuple[str, str, str], bool] = {}
    for row in rows:
        same_bytes, key = row.sha256 == digest, (row.round, row.unit, row.criterion)
        days = [day for number, day in numbers if number == row.number]
        if same_bytes or any(not day or not row.issued_on or day == row.issued_on for day in days):
            uses[key] = uses.get(key, False) or same_bytes
    return [
        UseElsewhere(*key, same_bytes, names[key[0]].title, names[key[0]].units.get(key[1], ""))
        for key, same_bytes in uses.items()
    ]


def criteria_by_digest(claims: Iterable[ClaimEntered | CutExplained]) -> Mapping[str, Sequence[str]]:
    """Return the criteria whose claims or explanations name each digest."""
    found: dict[str, dict[str, None]] = {}
    for claim in claims:
        for digest in dict.fromkeys(document.sha256 for document in claim.evidence if document.sha256):
            found.setdefault(digest, {})[claim.criterion] = None
    return {digest: tuple(criteria) for digest, criteria in found.items()}


async def present_claims(log: Log, terms: Terms) -> tuple[Sequence[ClaimEntered | CutExplained], int]:
    """Return the present claims and explanations of a unit, and the version of its sheet that has them."""
    recorded = await log.read_stream(stream_of(terms.round, terms.unit))
    said = [each.fact for each in recorded if isinstance(each.fact, ClaimEntered | CutExplained)]
    claims = {(type(fact), fact.criterion): fact for fact in said}
    return tuple(claims.values()), recorded[-1].entry.version if recorded else 0


async def claim_at(log: Log, terms: Terms, criterion: str, version: int) -> ShownClaim | None:
    """Return the claim of a criterion as it was at a version of the sheet; None where there was none."""
    recorded = await log.read_stream(stream_of(terms.round, terms.unit))
    claims = [each for each in recorded if isinstance(each.fact, ClaimEntered) and each.fact.criterion == criterion]
    seen = [each for each in claims if each.entry.version <= version]
    if not seen:
        return None
    fact: ClaimEntered = seen[-1].fact
    texts = await shown_texts(log, list(commitments_in(fact)))
    return ShownClaim(
        figures={figure.name: figure.value for figure in fact.figures},
        applicable=fact.applicable,
        evidence=[replace(each, title=texts.get(each.title, "")) for each in fact.evidence],
        files=[],
        explanation=texts.get(fact.explanation, ""),
        confirmed=list(fact.confirmed),
        by=seen[-1].entry.actor,
        at=seen[-1].entry.occurred_at,
        position=seen[-1].position,
    )


async def _entries(log: Log, terms: Terms, until: int | None = None) -> Mapping[str, FileEntries]:
    found: dict[str, FileEntries] = {}
    for recorded in await log.read_stream(files_of(terms.round, terms.unit)):
        if until is not None and recorded.position > until:
            break
        match recorded.fact:
            case FileUploaded(sha256=digest):
                first = found.get(digest) or FileEntries(recorded)
                found[digest] = replace(first, senders=first.senders | {recorded.fact.agency})
            case FileScanned(sha256=digest) if digest in found:
                found[digest] = replace(found[digest], scan=recorded)
            case FileErased(sha256=digest) if digest in found:
                found[digest] = replace(found[digest], erased=True)
            case FileRemoved(sha256=digest):
                found.pop(digest, None)
    return found


async def _shown(log: Log, terms: Terms, entries: Iterable[FileEntries]) -> list[ShownFile]:
    said, _ = await present_claims(log, terms)
    claims = [claim for claim in said if claim.criterion in terms.appraisers]
    used, agencies = criteria_by_digest(claims), {*terms.claimants.values()}
    seen = [each for each in entries if each.senders & agencies or each.upload.fact.sha256 in used]
    rows = seen if terms.partial else list(entries)
    texts = await shown_texts(log, [each.upload.fact.name for each in rows])
    names = await names_in_rounds(log, [terms.round, *(each.upload.fact.reused_from for each in rows)])
    files = [_file(each, texts, used.get(each.upload.fact.sha256, ()), claims) for each in rows]
    return [replace(each, reused_title=names[each.reused_from].title) for each in files]


def _file(
    entries: FileEntries,
    texts: Mapping[str, str],
    used_in: Sequence[str],
    claims: Sequence[ClaimEntered | CutExplained],
) -> ShownFile:
    fact: FileUploaded = entries.upload.fact
    scan: FileScanned | None = entries.scan.fact if entries.scan else None
    return ShownFile(
        sha256=fact.sha256,
        name=texts.get(fact.name, ""),
        size=fact.size,
        media_type=fact.media_type,
        pages=fact.pages,
        uploaded_at=entries.upload.entry.occurred_at,
        uploaded_by=entries.upload.entry.actor,
        position=entries.upload.position,
        state=FileState.ERASED if entries.erased else _state_by(scan),
        signature=scan.signature if scan else "",
        scanner=scan.scanner if scan else "",
        scanned_at=entries.scan.entry.occurred_at if entries.scan else "",
        reused_from=fact.reused_from,
        effective_from=fact.effective_from,
        effective_to=fact.effective_to,
        used_in=list(used_in),
        same_number_in=_same_number(fact.sha256, used_in, claims),
    )


def _state_by(scan: FileScanned | None) -> FileState:
    if scan is None:
        return FileState.UNSCANNED
    return FileState.REJECTED if scan.signature else FileState.CLEAN


def _same_number(digest: str, used_in: Sequence[str], claims: Sequence[ClaimEntered | CutExplained]) -> list[str]:
    numbers = {each.number for claim in claims for each in claim.evidence if each.sha256 == digest}
    same = [
        claim.criterion
        for claim in claims
        if claim.criterion not in used_in and any(each.number in numbers for each in claim.evidence)
    ]
    return list(dict.fromkeys(same))
