"""Sets from files that are tried, kept beside the log for a day, so that the page of a trial has an address.

No event holds them. Each is known to the authority that tried it alone, by the digest of its content.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.contracts.criteria import CriteriaSet
from scoring.trying.refusals import TriedSetGoneError

KEPT_FOR: Final = timedelta(hours=24)
MOST_KEPT: Final = 100
"""Sets that are kept for an authority; the oldest make room."""

_DELETE_OLD = "DELETE FROM tried_sets WHERE kept_at < :old"
_KEEP = """
INSERT INTO tried_sets (authority, digest, came_from, kept_at, criteria_set)
VALUES (:authority, :digest, :came_from, :now, :raw)
ON CONFLICT (authority, digest) DO UPDATE SET kept_at = excluded.kept_at, came_from = excluded.came_from
"""
_MAKE_ROOM = """
DELETE FROM tried_sets WHERE authority = :authority AND digest IN
(SELECT digest FROM tried_sets WHERE authority = :authority ORDER BY kept_at DESC, digest OFFSET :most)
"""
_FIND = """
SELECT criteria_set, came_from FROM tried_sets
WHERE authority = :authority AND digest = :digest AND kept_at >= :old
"""


@dataclass(frozen=True, slots=True)
class KeptSet:
    """A set that is kept, and the page of assessment that sent it, below assessment's root; "" where it is unknown."""

    criteria_set: CriteriaSet
    came_from: str


def without_texts(criteria_set: CriteriaSet) -> CriteriaSet:
    """Return a set without its legal texts, which nothing is computed from."""
    rows = [replace(row, rule_text="", reference="", evidence_required=False) for row in criteria_set.criteria]
    return replace(criteria_set, criteria=rows)


async def keep_set(connection: AsyncConnection, authority: str, kept: KeptSet, now: datetime) -> str:
    """Keep a set for a day, and return its digest; delete those that are too old, or too many."""
    raw = msgspec.json.encode(kept.criteria_set)
    digest = hashlib.sha256(raw).hexdigest()
    await connection.execute(text(_DELETE_OLD), {"old": now - KEPT_FOR})
    row = {"authority": authority, "digest": digest, "came_from": kept.came_from, "now": now, "raw": raw}
    await connection.execute(text(_KEEP), row)
    await connection.execute(text(_MAKE_ROOM), {"authority": authority, "most": MOST_KEPT})
    return digest


async def kept_set(connection: AsyncConnection, authority: str, digest: str, now: datetime) -> KeptSet:
    """Return a set that is kept for an authority; raise TriedSetGoneError."""
    wanted = {"authority": authority, "digest": digest, "old": now - KEPT_FOR}
    row = (await connection.execute(text(_FIND), wanted)).first()
    if row is None:
        raise TriedSetGoneError
    return KeptSet(msgspec.json.decode(row.criteria_set, type=CriteriaSet), row.came_from)
