"""The snapshot of an edition: its parts, its checksum, and how its bytes are read back. `drafts.py` makes it. Pure.

The header chains the editions of a round: number, checksum of the edition before, commitment to the reason, instant of
freezing. `parindex replay` takes the header from the published bytes, makes everything else from the feeds again, and
compares SHA-256.
"""

import hashlib

import msgspec

from parindex.contracts.base import Part
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import ScoreLine, SourcePosition
from parindex.contracts.survey import SetAside


class SnapshotSet(Part, frozen=True, kw_only=True):
    """A criteria set that a block of the round was scored by, whole, and its digest as assessment published it."""

    digest: str
    criteria_set: CriteriaSet


class Published(Part, frozen=True, kw_only=True):
    """The numbers that are printed, in the set's decimals. A unit to which nothing applies has none of them.

    `bonus` and `penalty` are absent where the set has no areas of that kind.
    """

    rank: int = 0
    appraisal: str = ""
    survey: str = ""
    points: str = ""
    index: str = ""
    band: str = ""
    bonus: str = ""
    penalty: str = ""


class SnapshotUnit(Part, frozen=True, kw_only=True):
    """A unit's result: the printed numbers, and the exact numbers behind them, down to each criterion and its causes.

    `not_applicable` has the codes that the round names as not applying to the unit.
    Where `maximum` is "0" nothing applies to the unit: `index` is absent, and so is all that is printed. Version 1 had
    the index 0 there.
    """

    code: str
    name: str
    published: Published
    appraisal: str
    survey: str
    points: str
    maximum: str
    index: str = ""
    bonus: str = ""
    penalty: str = ""
    not_applicable: list[str] = msgspec.field(default_factory=list)
    lines: list[ScoreLine]


class SnapshotBlock(Part, frozen=True, kw_only=True):
    """A block, its units in the order of publication, last those without an index.

    `mean` is printed: of the exact indices of the units that have one; absent where none has.
    """

    code: str
    name: str
    criteria_set: str
    mean: str = ""
    units: list[SnapshotUnit]


class Header(Part, frozen=True, kw_only=True):
    """What publication itself says of an edition. `reason` is the commitment, `sealed_at` an instant."""

    edition: int
    sealed_at: str
    supersedes: str = ""
    reason: str = ""


class Presses(Part, frozen=True, kw_only=True):
    """How many presses of kiosks are in the tallies of the round, and how many were set aside, for each reason."""

    counted: int = 0
    set_aside: list[SetAside] = msgspec.field(default_factory=list)


class Snapshot(Part, frozen=True, kw_only=True):
    """A settled round, complete: a reader needs nothing else to see the reason of each rank.

    `edition`, `supersedes` (the checksum of the edition before), `reason` (the commitment to its text) and `sealed_at`
    chain the editions of a round, and each position of the `vector` carries the hash of the entry there; a snapshot of
    version 1 has neither. `presses` is absent where no press came.
    """

    v: int
    edition: int = 0
    supersedes: str = ""
    reason: str = ""
    sealed_at: str = ""
    round: str
    year: int
    title: str
    authority: str
    reference: str = ""
    formula: str
    vector: list[SourcePosition]
    presses: Presses | None = None
    criteria_sets: list[SnapshotSet]
    blocks: list[SnapshotBlock]


VERSION = 2
"""Of the snapshot's form. Frozen bytes stay readable, and a replay makes them in their own version again.

1: without header, entry hashes and presses; a unit to which nothing applies has the index 0. 2: the present one.
"""

_decoder = msgspec.json.Decoder(Snapshot)


def checksum_of(raw: bytes) -> str:
    """Return the SHA-256 of a snapshot, in hex: the name by which an edition is known."""
    return hashlib.sha256(raw).hexdigest()


def read_snapshot(raw: bytes) -> Snapshot:
    """Read a snapshot back; msgspec.DecodeError or ValidationError for other bytes."""
    return _decoder.decode(raw)


def header_in(raw: bytes) -> Header | None:
    """Return the header of frozen bytes, None in version 1; of bytes that are no snapshot, a header of no edition."""
    try:
        snapshot = _decoder.decode(raw)
    except msgspec.MsgspecError:
        return Header(edition=0, sealed_at="")
    names = Header.__struct_fields__
    return Header(**{name: getattr(snapshot, name) for name in names}) if snapshot.v > 1 else None
