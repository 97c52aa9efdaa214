"""What is public, and only that. One round is read from its stream, so what was just announced is there at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncEngine

from parindex.contracts.scoring import SourcePosition
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from parindex.eventstore.vault import open_sealed
from publication.announcing.decisions import EditionUnknownError
from publication.announcing.events import ResultsAnnounced
from publication.announcing.projections import editions
from publication.freezing.events import ResultsFrozen, stream_of
from publication.freezing.queries import sealed_snapshot
from publication.freezing.shelf import take
from publication.freezing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Edition:
    """A sealed edition. `announced_at` is an instant, empty before; `reason` is the commitment to the text.

    `sealed_by` is the actor in the log.
    """

    number: int
    authority: str
    settling: int
    checksum: str
    formula: str
    vector: tuple[SourcePosition, ...]
    frozen_at: str
    supersedes: str
    reason: str
    sealed_by: str
    announced_at: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """A public edition with what it holds. `others` are all public ones, oldest first; `reasons` by edition."""

    edition: Edition
    snapshot: Snapshot
    others: tuple[Edition, ...]
    before: Snapshot | None
    reasons: dict[int, str]

    @property
    def superseded_by(self) -> int:
        """The newest public edition, if it is a later one; else 0."""
        newest = self.others[-1].number
        return newest if newest != self.edition.number else 0


@dataclass(frozen=True, slots=True)
class AnnouncedRound:
    """A round that has a public result. `edition` is the newest."""

    round: str
    authority: str
    year: int
    title: str
    edition: int
    checksum: str
    announced_at: str


async def editions_of(log: Log, round_id: str) -> tuple[Edition, ...]:
    """Return every edition of a round, public or not, oldest first."""
    found: dict[int, Edition] = {}
    for one in await log.read_stream(stream_of(round_id)):
        match one.fact:
            case ResultsFrozen() as fact:
                found[fact.edition] = _edition(fact, one)
            case ResultsAnnounced() as fact:
                found[fact.edition] = replace(found[fact.edition], announced_at=one.entry.occurred_at)
    return tuple(found.values())


async def public_editions(log: Log, round_id: str) -> tuple[Edition, ...]:
    """Return the public editions of a round, oldest first; raise EditionUnknownError where there is none."""
    public = tuple(one for one in await editions_of(log, round_id) if one.announced_at)
    if not public:
        raise EditionUnknownError
    return public


async def public_bytes(log: Log, round_id: str, number: int) -> tuple[Edition, bytes]:
    """Return a public edition and its snapshot's exact bytes; raise EditionUnknownError."""
    edition = chosen(await public_editions(log, round_id), number)
    return edition, await take(log, edition.checksum)


async def public_snapshot(log: Log, round_id: str, number: int | None) -> tuple[Edition, Snapshot]:
    """Return a public edition (None: the newest) and what it holds; raise EditionUnknownError."""
    edition = chosen(await public_editions(log, round_id), number)
    return edition, await sealed_snapshot(log, edition.checksum)


async def announced(log: Log, round_id: str, number: int | None) -> Announced:
    """Return a public edition (None: the newest) with all that its page shows; raise EditionUnknownError."""
    public = await public_editions(log, round_id)
    edition = chosen(public, number)
    earlier = [one for one in public if one.number < edition.number]
    return Announced(
        edition=edition,
        snapshot=await sealed_snapshot(log, edition.checksum),
        others=public,
        before=await sealed_snapshot(log, earlier[-1].checksum) if earlier else None,
        reasons=await reasons_of(log, public),
    )


async def reasons_of(log: Log, of: Sequence[Edition]) -> dict[int, str]:
    """Return why each corrected edition was made, or why its reason is not shown: it was erased, or tampered with."""
    opened = await open_sealed(log, [one.reason for one in of if one.reason])
    return {one.number: opened[one.reason].shown for one in of if one.reason}


async def announced_rounds(engine: AsyncEngine) -> list[AnnouncedRound]:
    """Return every round with a public result, the newest year first."""
    newest = (
        select(editions)
        .where(editions.c.announced_at != "")
        .ext(distinct_on(editions.c.round))
        .order_by(editions.c.round, editions.c.edition.desc())
    )
    async with engine.connect() as connection:
        rows = [AnnouncedRound(**row) for row in (await connection.execute(newest)).mappings()]
    return sorted(rows, key=lambda one: (-one.year, one.title, one.round))


def chosen(public: Sequence[Edition], number: int | None) -> Edition:
    """Return the edition with this number (None: the newest); raise EditionUnknownError."""
    for one in reversed(public):
        if number in (None, one.number):
            return one
    raise EditionUnknownError


def _edition(fact: ResultsFrozen, recorded: Recorded) -> Edition:
    return Edition(
        number=fact.edition,
        authority=recorded.entry.authority,
        settling=fact.settling,
        checksum=fact.checksum,
        formula=fact.formula,
        vector=fact.vector,
        frozen_at=recorded.entry.occurred_at,
        supersedes=fact.supersedes,
        reason=fact.reason,
        sealed_by=recorded.entry.actor,
    )
