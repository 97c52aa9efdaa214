"""Compares a computed result with the published one, row by row, in exact numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from parindex.values.texts import compared
from parindex_cli.rounds.file import PublishedBlock, PublishedRow, RoundFile

FIELDS = ("appraisal", "survey", "index")


@dataclass(frozen=True, slots=True)
class Compared:
    """One computed row with the published row of the same unit, and the names of the fields that differ."""

    ours: dict[str, Any]
    published: PublishedRow | None
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparedBlock:
    """One block's table with the published one. `mean_differs` is False if no mean was published."""

    block: str
    mean: str
    published_mean: str
    rows: tuple[Compared, ...]
    mean_differs: bool

    @property
    def differences(self) -> int:
        """The number of rows that differ; the mean counts as one."""
        return sum(bool(row.differing) for row in self.rows) + self.mean_differs


def compare(file: RoundFile, result: dict[str, Any]) -> list[ComparedBlock]:
    """Compare a result with the file's published tables; a unit that is missing on either side differs."""
    published = {block.block: block for block in file.published}
    return [_compare_block(block, published.get(block["block"])) for block in result["blocks"]]


def _compare_block(block: dict[str, Any], published: PublishedBlock | None) -> ComparedBlock:
    printed = list(published.rows) if published else []
    pairs = _paired(block["rows"], printed)
    rows = [_compare_row(ours, row, bool(published)) for ours, row in pairs]
    left = [row for row in printed if not any(row is taken for _, taken in pairs)]
    rows += [Compared({"unit": row.unit, "unit_code": row.code}, row, ("unit",)) for row in left]
    printed_mean = published.mean if published else ""
    differs = bool(printed_mean) and not _is_same(printed_mean, block["mean"])
    return ComparedBlock(block["block"], block["mean"], printed_mean, tuple(rows), differs)


def _paired(
    rows: Sequence[dict[str, Any]], printed: Sequence[PublishedRow]
) -> list[tuple[dict[str, Any], PublishedRow | None]]:
    """Pair each computed row with the printed one of the same unit, by code, or else by name.

    Among several units with one name and no printed code, rows with equal numbers are paired first.
    """
    free, taken = list(printed), dict[int, PublishedRow]()
    for alike in (True, False):
        for index, ours in enumerate(rows):
            fitting = [row for row in free if _is_of(row, ours) and not (alike and any(_differing(ours, row)))]
            if index not in taken and fitting:
                taken[index] = fitting[0]
                free = [row for row in free if row is not fitting[0]]
    return [(ours, taken.get(index)) for index, ours in enumerate(rows)]


def _is_of(row: PublishedRow, ours: dict[str, Any]) -> bool:
    if row.code:
        return row.code == ours.get("unit_code")
    return compared(row.unit) == compared(ours["unit"])


def _compare_row(ours: dict[str, Any], published: PublishedRow | None, expected: bool) -> Compared:  # noqa: FBT001
    if published is None:
        return Compared(ours, None, ("unit",) if expected else ())
    return Compared(ours, published, tuple(_differing(ours, published)))


def _differing(ours: dict[str, Any], published: PublishedRow) -> Iterator[str]:
    if (ours["rank"] or 0) != published.rank:
        yield "rank"
    for name in FIELDS:
        printed = getattr(published, name)
        if printed and not _is_same(printed, ours[name]):
            yield name
    if published.band and compared(published.band) != compared(ours["band"]):
        yield "band"


def _is_same(printed: str, ours: str) -> bool:
    """Compare two numbers; the computed one is empty if no criterion applies to a unit."""
    return bool(ours) and Decimal(printed) == Decimal(ours)
