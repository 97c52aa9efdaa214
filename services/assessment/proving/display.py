"""What the pages of a unit's files show, computed beforehand: the templates place it and compute nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from assessment.opening.queries import RoundNames
from assessment.proving.queries import EarlierFile, FileState, ShownFile, UseElsewhere
from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.queries import ShownClaim
from parindex.files.kinds import KINDS
from parindex.files.page_pictures import SHOWN
from parindex.files.refusals import FileTooLargeError
from parindex.http.problems import MalformedError
from parindex.refusal import Refused
from parindex.web import vietnamese
from parindex.web.naming import told_apart
from parindex.web.parts import AccountPart, SummaryRow, Words

KIND_NAMES: Final = {kind.media_type: kind.name for kind in KINDS}
ENDINGS: Final = ",".join(ending for kind in KINDS for ending in kind.endings)
"""What the ordinary chooser of files offers."""
UNOPENED: Final = frozenset({FileState.REJECTED, FileState.ERASED})
_FIRST_NUMBER = re.compile(r"[0-9]{1,5}")


class Outcome(StrEnum):
    """What became of a sent file."""

    TAKEN = "Đã nhận"
    KNOWN = "Đã có từ trước"
    REFUSED = "Không nhận"


@dataclass(frozen=True, slots=True)
class SendingResult:
    """What became of one sent file, in words. `name` is "" for a result about the whole form."""

    outcome: Outcome
    name: str
    text: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of a unit, in words. `pages` is how many can be shown; 0: it has no preview.

    `scan` is what the virus scanner said; `rejected`: it found something, or the bytes were
    erased, so the file is not opened.
    """

    digest: str
    name: str
    facts: str
    uploaded: Words
    used_in: Sequence[str]
    same_number_in: Sequence[str]
    pages: int
    scan: str
    rejected: bool
    elsewhere: Sequence[str]
    reused: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One document of a claim. `at` is its place there; `page` the page of its file that is shown."""

    at: int
    title: str
    facts: str
    file: FileRow | None
    page: int


def shown_size(size: int) -> str:
    """Write a number of bytes: 640 KB, 1,2 MB."""
    if size < 2**20:
        return f"{-(-size // 2**10)} KB"
    return f"{vietnamese.shown(Fraction(size, 2**20), 1).removesuffix(',0')} MB"


def file_row(file: ShownFile) -> FileRow:
    """Return a file as its line shows it."""
    pages = f"{file.pages} trang" if file.pages and KIND_NAMES[file.media_type] == "PDF" else ""
    return FileRow(
        digest=file.sha256,
        name=file.name,
        facts=" · ".join(filter(None, [KIND_NAMES[file.media_type], pages, shown_size(file.size)])),
        uploaded=[f"{vietnamese.minute(file.uploaded_at)}, ", AccountPart(file.uploaded_by)],
        used_in=file.used_in,
        same_number_in=file.same_number_in,
        pages=file.pages if file.media_type in SHOWN and file.state not in UNOPENED else 0,
        scan=_scan(file),
        rejected=file.state in UNOPENED,
        elsewhere=_uses(file.elsewhere),
        reused=_reused(file),
    )


def summary_of(row: FileRow) -> list[SummaryRow]:
    """Return the facts of a file as lines of its own page."""
    same = [SummaryRow("Cùng số văn bản ở tiêu chí", ", ".join(row.same_number_in))] if row.same_number_in else []
    return [
        SummaryRow("Loại, dung lượng", row.facts),
        SummaryRow("Tải lên", row.uploaded),
        SummaryRow("Quét vi-rút", row.scan),
        SummaryRow("Dùng ở tiêu chí", ", ".join(row.used_in) or "Chưa dùng"),
        *same,
        *([SummaryRow("Lấy từ", row.reused)] if row.reused else []),
        *([SummaryRow("Còn dùng ở", "; ".join(row.elsewhere))] if row.elsewhere else []),
    ]


def list_rows(
    lists: Sequence[tuple[str, str]], names: Mapping[str, RoundNames], file: ShownFile, here: tuple[str, str]
) -> list[tuple[str, str]]:
    """Return the lists that have a file's bytes, that of this page first, each with the criteria that they prove.

    Their codes are beside their names, because what the page is about can't be undone.
    """
    uses: dict[tuple[str, str], list[str]] = {here: file.used_in}
    for use in file.elsewhere:
        if use.same_bytes:
            uses.setdefault((use.round, use.unit), []).append(use.criterion)
    ordered = [here, *(place for place in lists if place != here)]
    return [(_list(*place, names), ", ".join(uses.get(place, ())) or "Không dùng") for place in ordered]


def earlier_options(files: Sequence[EarlierFile]) -> list[tuple[str, str]]:
    """Return the files of other rounds to choose from: the value of the option, and its words."""
    titles = told_apart({file.round: file.title for file in files})
    return [(f"{file.round}/{file.sha256}", f"{file.name} ({titles[file.round]})") for file in files]


def evidence_rows(claim: ShownClaim | None, files: Mapping[str, FileRow]) -> list[EvidenceRow]:
    """Return the documents of a claim, each with its file where the unit has uploaded it."""
    documents = claim.evidence if claim else []
    return [_evidence_row(at, each, files.get(each.sha256)) for at, each in enumerate(documents)]


def refusal_of(name: str, refused: Refused) -> SendingResult:
    """Return why a file was not received."""
    text = refused.vi
    if isinstance(refused, MalformedError):
        text = " ".join(place.vi for place in refused.places)
    elif isinstance(refused, FileTooLargeError):
        text = text.replace(f"{refused.at_most} byte", shown_size(refused.at_most))
    return SendingResult(Outcome.REFUSED, name, text)


def _uses(uses: Sequence[UseElsewhere]) -> list[str]:
    """Return the uses of a file elsewhere, a line for each."""
    titles = told_apart({use.round: use.title for use in uses})
    units = told_apart({use.unit: use.name for use in uses})
    return [
        f"{titles[use.round]}, {units[use.unit]}, tiêu chí {use.criterion} "
        f"({'cùng tệp' if use.same_bytes else 'cùng số văn bản'})"
        for use in uses
    ]


def _list(round_id: str, unit: str, names: Mapping[str, RoundNames]) -> str:
    """Return a list of files as the names of its round and its unit, each with its code."""
    title, name = names[round_id].title, names[round_id].units.get(unit, "")
    return f"{title} ({round_id}), {name} ({unit})" if title and name else f"{round_id}, {unit}"


def _reused(file: ShownFile) -> str:
    if not file.reused_from:
        return ""
    title = file.reused_title or file.reused_from
    return f"{title}; chứng minh cho thời gian {_days(file.effective_from, file.effective_to)}"


def _scan(file: ShownFile) -> str:
    if file.state is FileState.ERASED:
        return "Đã xóa: cơ quan chủ trì đã xóa nội dung tệp này"
    if file.state is FileState.UNSCANNED:
        return "Chưa quét vi-rút"
    by = f"{vietnamese.minute(file.scanned_at)}, {file.scanner}"
    return f"Có mã độc: {file.signature} ({by})" if file.signature else f"Không thấy mã độc ({by})"


def _evidence_row(at: int, document: Evidence, file: FileRow | None) -> EvidenceRow:
    facts = [
        document.title,
        f"trang, mục {document.page}" if document.page else "",
        f"chứng minh cho thời gian {_period(document)}" if document.effective_from or document.effective_to else "",
    ]
    named = int(found[0]) if (found := _FIRST_NUMBER.search(document.page)) else 1
    page = named if file and 1 <= named <= file.pages else 1
    return EvidenceRow(at, _named(document), " · ".join(filter(None, facts)), file, page)


def _named(document: Evidence) -> str:
    return (
        f"{document.number} ngày {vietnamese.calendar_day(document.issued_on)}"
        if document.issued_on
        else document.number
    )


def _period(document: Evidence) -> str:
    return _days(document.effective_from, document.effective_to)


def _days(since: str, until: str) -> str:
    days = [(" từ ", since), (" đến ", until)]
    return "".join(f"{word}{vietnamese.calendar_day(day)}" for word, day in days if day).strip()
