"""Our result beside the published one, row by row, in exact numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from parindex.rounds.file import PublishedBlock, PublishedRow, RoundFile

FIELDS = ("appraisal", "survey", "index")


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of ours with the published row of the same unit, and the names of the fields that differ."""

    ours: dict[str, Any]
    published: PublishedRow | None
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparedBlock:
    """One block's table beside the published one. `mean_differs` is False where no mean was published."""

    block: str
    mean: str
    published_mean: str
    rows: tuple[Compared, ...]
    mean_differs: bool

    @property
    def differences(self) -> int:
        """How many rows differ, the mean counted as one."""
        return sum(bool(row.differing) for row in self.rows) + self.mean_differs


def compare(file: RoundFile, result: dict[str, Any]) -> list[ComparedBlock]:
    """Hold a result against what the file says was published; a unit missing on either side differs."""
    published = {block.block: block for block in file.published}
    return [_compare_block(block, published.get(block["block"])) for block in result["blocks"]]


def _compare_block(block: dict[str, Any], published: PublishedBlock | None) -> ComparedBlock:
    printed = {row.unit: row for row in published.rows} if published else {}
    rows = [_compare_row(row, printed.pop(row["unit"], None), bool(published)) for row in block["rows"]]
    rows += [Compared({"unit": row.unit}, row, ("unit",)) for row in printed.values()]
    printed_mean = published.mean if published else ""
    differs = bool(printed_mean) and Decimal(printed_mean) != Decimal(block["mean"])
    return ComparedBlock(block["block"], block["mean"], printed_mean, tuple(rows), differs)


def _compare_row(ours: dict[str, Any], published: PublishedRow | None, expected: bool) -> Compared:  # noqa: FBT001
    if published is None:
        return Compared(ours, None, ("unit",) if expected else ())
    return Compared(ours, published, tuple(_differing(ours, published)))


def _differing(ours: dict[str, Any], published: PublishedRow) -> Iterator[str]:
    if ours["rank"] != published.rank:
        yield "rank"
    for name in FIELDS:
        printed = getattr(published, name)
        if printed and Decimal(printed) != Decimal(ours[name]):
            yield name
    if published.band and published.band != ours["band"]:
        yield "band"
