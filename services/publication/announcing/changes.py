"""What a correction changed: the printed numbers of one edition beside those of the edition before."""

from collections.abc import Iterator
from dataclasses import dataclass

from publication.freezing.snapshot import SealedUnit, Snapshot


@dataclass(frozen=True, slots=True)
class Change:
    """A unit whose printed line changed. Where it is new or gone, the numbers of the other side are empty, rank 0."""

    block: str
    unit: str
    name: str
    old_rank: int
    new_rank: int
    old_index: str
    new_index: str
    old_band: str
    new_band: str


def changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """Return the units whose rank, parts, index or band are printed differently, in the order of the new edition."""
    return list(_changes(before, after))


def _changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old = {unit.code: (block.name, unit) for block in before.blocks for unit in block.units}
    for block in after.blocks:
        for unit in block.units:
            _, was = old.pop(unit.code, ("", None))
            if was is None or was.published != unit.published:
                yield _change(block.name, was, unit)
    for name, gone in old.values():
        yield _change(name, gone, None)


def _change(block: str, old: SealedUnit | None, new: SealedUnit | None) -> Change:
    unit = new or old
    assert unit is not None  # noqa: S101  # one of the two is there
    return Change(
        block=block,
        unit=unit.code,
        name=unit.name,
        old_rank=old.published.rank if old else 0,
        new_rank=new.published.rank if new else 0,
        old_index=old.published.index if old else "",
        new_index=new.published.index if new else "",
        old_band=old.published.band if old else "",
        new_band=new.published.band if new else "",
    )
