"""Queries for public editions alone. One round is read from its stream, so a new announcement is seen at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from parindex.contracts.unknown import EditionUnknownError, RoundUnknownError
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from parindex.eventstore.vault import open_sealed
from publication.announcing.projections import editions
from publication.freezing.events import ResultsFrozen, stream_of
from publication.freezing.queries import FrozenEdition, editions_in, editions_of
from publication.freezing.refusals import SnapshotDamagedError
from publication.freezing.snapshot import Snapshot, read_snapshot
from publication.freezing.snapshot_store import intact_snapshots, load_snapshot

ENTRIES = "SELECT position, entry FROM events WHERE stream = ANY($1::text[]) ORDER BY stream, version"


@dataclass(frozen=True, slots=True)
class AnnouncedEdition:
    """A public edition with what it holds. `others` are all public ones, oldest first; `reasons` by edition.

    `damaged` are the numbers of those whose stored bytes do not have their checksum: they are not served.
    `before` is absent for the first public edition, and where the stored bytes of the one before are damaged.
    """

    edition: FrozenEdition
    snapshot: Snapshot
    others: tuple[FrozenEdition, ...]
    before: Snapshot | None
    before_damaged: bool
    reasons: dict[int, str]
    damaged: frozenset[int]

    @property
    def superseded_by(self) -> int:
        """The newest public edition, if it is a later one; else 0."""
        newest = self.others[-1].number
        return newest if newest != self.edition.number else 0


@dataclass(frozen=True, slots=True)
class FoundEdition:
    """A public edition whose stored bytes have their checksum, not yet read.

    `before` is as in AnnouncedEdition, as bytes.
    """

    edition: FrozenEdition
    raw: bytes
    others: tuple[FrozenEdition, ...]
    before: bytes | None
    before_damaged: bool
    reasons: dict[int, str]
    damaged: frozenset[int]

    @property
    def key(self) -> tuple[object, ...]:
        """All that a page about it depends on: the checked bytes by their checksums, and what the log says."""
        reasons = tuple(sorted(self.reasons.items()))
        return self.edition, self.others, self.before is None, self.damaged, reasons

    def read(self) -> AnnouncedEdition:
        """Read the snapshots."""
        before = read_snapshot(self.before) if self.before else None
        snapshot = read_snapshot(self.raw)
        return AnnouncedEdition(
            self.edition, snapshot, self.others, before, self.before_damaged, self.reasons, self.damaged
        )


@dataclass(frozen=True, slots=True)
class PublicRound:
    """A round that has a public result. `edition` is the newest."""

    round: str
    authority: str
    year: int
    title: str
    edition: int
    checksum: str
    announced_at: str


async def public_editions(log: Log, round_id: str) -> tuple[FrozenEdition, ...]:
    """Return the public editions of a round, oldest first; raise RoundUnknownError without one.

    A round whose result is not public is as unknown as one that does not exist.
    """
    public = tuple(one for one in await editions_of(log, round_id) if one.announced_at)
    if not public:
        raise RoundUnknownError(round_id)
    return public


async def public_bytes(log: Log, round_id: str, number: int | None) -> tuple[FrozenEdition, bytes]:
    """Return a public edition (None: the newest) and its snapshot's exact bytes.

    Raises RoundUnknownError, EditionUnknownError, SnapshotDamagedError.
    """
    edition = chosen(await public_editions(log, round_id), number)
    return edition, await load_snapshot(log, edition.checksum)


async def announced(log: Log, round_id: str, number: int | None) -> FoundEdition:
    """Return a public edition (None: the newest) with all that its page shows.

    Raises RoundUnknownError, EditionUnknownError, SnapshotDamagedError.
    """
    public = await public_editions(log, round_id)
    edition = chosen(public, number)
    earlier = [one for one in public if one.number < edition.number]
    raw, before = (
        await load_snapshot(log, edition.checksum),
        await _intact(log, earlier[-1].checksum) if earlier else None,
    )
    intact = await intact_snapshots(log, [one.checksum for one in public])
    damaged = frozenset(one.number for one in public if one.checksum not in intact)
    reasons = await reasons_of(log, public)
    return FoundEdition(edition, raw, public, before, bool(earlier) and before is None, reasons, damaged)


async def _intact(log: Log, checksum: str) -> bytes | None:
    try:
        return await load_snapshot(log, checksum)
    except SnapshotDamagedError:
        return None


async def reasons_of(log: Log, of: Sequence[FrozenEdition]) -> dict[int, str]:
    """Return why each corrected edition was made, or why its reason is not shown: it was erased, or tampered with."""
    opened = await open_sealed(log, [one.reason for one in of if one.reason])
    return {one.number: opened[one.reason].shown for one in of if one.reason}


async def announced_rounds(log: Log, engine: AsyncEngine) -> list[PublicRound]:
    """Return every round with a public result, the newest year first.

    The projection only says which rounds there are; their data comes from the log's own entries.
    """
    async with engine.connect() as connection:
        rounds = list(await connection.scalars(select(editions.c.round).distinct()))
    rows = await log.pool.fetch(ENTRIES, [stream_of(round_id) for round_id in rounds])
    streams: dict[str, list[Recorded]] = {}
    for one in map(log.recorded, rows):
        streams.setdefault(one.stream, []).append(one)
    found = [_announced_round(recorded) for recorded in streams.values()]
    return sorted((one for one in found if one), key=lambda one: (-one.year, one.title, one.round))


def _announced_round(recorded: Sequence[Recorded]) -> PublicRound | None:
    public = [one for one in editions_in(recorded) if one.announced_at]
    if not public:
        return None
    newest = public[-1]
    frozen = next(
        one.fact for one in recorded if isinstance(one.fact, ResultsFrozen) and one.fact.edition == newest.number
    )
    return PublicRound(
        frozen.round, newest.authority, frozen.year, frozen.title, newest.number, newest.checksum, newest.announced_at
    )


def chosen(public: Sequence[FrozenEdition], number: int | None) -> FrozenEdition:
    """Return the edition with this number (None: the newest); raise EditionUnknownError."""
    for one in reversed(public):
        if number in (None, one.number):
            return one
    raise EditionUnknownError
