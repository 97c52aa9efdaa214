"""Answers of the public endpoints: JSON, as pydantic describes it to programs, and CSV."""

import csv
import io

from pydantic import BaseModel, Field

from publication.freezing.queries import FrozenEdition
from publication.freezing.snapshot import Snapshot, SnapshotBlock

MARK = "\ufeff"
COLUMNS = ("block", "rank", "unit_code", "unit", "appraisal", "survey", "index", "band", "note", "edition", "checksum")
NOTHING_APPLIES = "không có tiêu chí áp dụng"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


class RowOut(BaseModel):
    """Một đơn vị. Numbers are decimals as text, in the criteria set's decimals; `unit` is the unit's name.

    Names may repeat in a round; a unit is known by `unit_code`.
    """

    rank: int | None = Field(description="Hạng; null where the unit has no index")
    unit_code: str = Field(description="Mã đơn vị")
    unit: str
    applicable: bool = Field(
        description="false: không tiêu chí nào áp dụng cho đơn vị, nên không có điểm, chỉ số, hạng, xếp loại, và không "
        "tính vào trung bình. Nothing applies to the unit: its numbers are empty, and it has no part in the mean"
    )
    appraisal: str = Field(description="Điểm thẩm định")
    survey: str = Field(description="Điểm điều tra xã hội học")
    index: str = Field(description="Chỉ số, %")
    band: str = Field(description="Xếp loại; empty where the set has none")


class RankedBlockOut(BaseModel):
    """Một khối đơn vị, first rank first. `block` is the block's code."""

    block: str
    mean: str = Field(description="of the exact indices of the units that have one; empty where none has")
    rows: list[RowOut]


class ResultOut(BaseModel):
    """Kết quả đã công bố của một đợt đánh giá."""

    round: str
    edition: int
    checksum: str = Field(description="SHA-256, hex, of the edition's snapshot")
    blocks: list[RankedBlockOut]


class SourcePositionOut(BaseModel):
    """How far a log was read for this edition."""

    source: str
    epoch: int
    position: int
    closing: int
    entry_sha256: str = Field(description="SHA-256, hex, of the log's entry at that position; empty where not recorded")


class EditionOut(BaseModel):
    """Một ấn bản đã công bố. `checksum` is the SHA-256 of the snapshot's bytes; `supersedes` that of the one before."""

    edition: int
    checksum: str
    result_checksum: str = Field(description="SHA-256, hex, of `/result?edition=` in its exact bytes")
    csv_checksum: str = Field(description="SHA-256, hex, of `/result.csv?edition=` in its exact bytes")
    damaged: bool = Field(
        description="Bản chụp đang lưu không khớp mã kiểm tra. The stored snapshot does not match its checksum: it is "
        "not served, and the other two checksums are empty"
    )
    vector: list[SourcePositionOut]
    formula: str
    frozen_at: str
    announced_at: str
    supersedes: str
    reason: str = Field(description="Lý do đính chính. Why it corrects the edition before")
    superseded: bool = Field(description="a later edition is public")


class EditionsOut(BaseModel):
    round: str
    editions: list[EditionOut]


class AnnouncedOut(BaseModel):
    round: str
    authority: str
    year: int
    title: str
    edition: int = Field(description="the newest public one")
    checksum: str
    announced_at: str


class ResultsOut(BaseModel):
    results: list[AnnouncedOut]


def result_json(snapshot: Snapshot, edition: int, checksum: str) -> bytes:
    """Write a snapshot's printed numbers in the form that readers compare.

    The bytes have a published checksum, so they are the same for ever: a changed form is a new one beside this.
    """
    blocks = [_block(block) for block in snapshot.blocks]
    return ResultOut(round=snapshot.round, edition=edition, checksum=checksum, blocks=blocks).model_dump_json().encode()


def _block(block: SnapshotBlock) -> RankedBlockOut:
    rows = [
        RowOut(
            rank=unit.published.rank or None,
            unit_code=unit.code,
            unit=unit.name,
            applicable=bool(unit.published.rank),
            appraisal=unit.published.appraisal,
            survey=unit.published.survey,
            index=unit.published.index,
            band=unit.published.band,
        )
        for unit in block.units
    ]
    return RankedBlockOut(block=block.code, mean=block.mean, rows=rows)


def edition_of(one: FrozenEdition, reason: str, newest: FrozenEdition, files: tuple[str, str] | None) -> EditionOut:
    """Describe an edition; `files` are the checksums of its result as JSON and as CSV, None where it is damaged."""
    as_json, as_csv = files or ("", "")
    return EditionOut(
        edition=one.number,
        checksum=one.checksum,
        result_checksum=as_json,
        csv_checksum=as_csv,
        damaged=files is None,
        vector=[SourcePositionOut.model_validate(at, from_attributes=True) for at in one.vector],
        formula=one.formula,
        frozen_at=one.frozen_at,
        announced_at=one.announced_at,
        supersedes=one.supersedes,
        reason=reason,
        superseded=one is not newest,
    )


def result_csv(snapshot: Snapshot, edition: int, checksum: str) -> bytes:
    """Write all blocks as CSV, one line for each unit, in the order of publication, with edition and checksum.

    UTF-8 with a byte order mark, because Excel otherwise takes the letters of Vietnamese for another code page; commas
    and points as in RFC 4180 and in the JSON, because a file is for programs first. A text that a spreadsheet would
    take for a formula gets an apostrophe before it. A unit to which nothing applies has a note instead of a rank and
    numbers. The bytes have a published checksum, so a changed form is a new file beside this one.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for block in snapshot.blocks:
        for unit in block.units:
            shown = unit.published
            texts = [harmless(one) for one in (unit.code, unit.name)]
            numbers = [shown.appraisal, shown.survey, shown.index]
            note = "" if shown.rank else NOTHING_APPLIES
            writer.writerow(
                [
                    harmless(block.code),
                    shown.rank or "",
                    *texts,
                    *numbers,
                    harmless(shown.band),
                    note,
                    edition,
                    checksum,
                ]
            )
    return (MARK + text.getvalue()).encode()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet computes."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
