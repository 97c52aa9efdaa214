"""Checks the texts that the logs commit to: it opens each one that the auditor may read, and verifies it."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

import httpx
import msgspec

from parindex.eventstore.discrepancy import Discrepancy
from parindex.eventstore.entries import decode_entry
from parindex.eventstore.importing import UNREADABLE, FeedLine
from parindex.eventstore.sealing import matches
from parindex.eventstore.vault import Opening, commitments_of
from parindex_cli.auditing.asking import read
from parindex_cli.auditing.copying import Copy

AT_ONCE = 500

_lines = msgspec.json.Decoder(FeedLine)


class _Answered(msgspec.Struct, frozen=True):
    commitment: str
    opening: str
    text: str = ""
    salt: str = ""
    erased_position: int = 0


class _Openings(msgspec.Struct, frozen=True):
    openings: list[_Answered]


async def check_texts(clients: Mapping[str, httpx.AsyncClient], copy: Copy) -> AsyncIterator[Discrepancy]:
    """Yield every text that does not match its commitment (L16), or is missing without an erasing event (L17)."""
    for name, client in clients.items():
        places = dict(commitments_in(copy, name))
        wanted = list(places)
        for start in range(0, len(wanted), AT_ONCE):
            for one in await _open(client, wanted[start : start + AT_ONCE]):
                if found := _judged(one, name, places[one.commitment]):
                    yield found


def commitments_in(copy: Copy, name: str) -> Iterator[tuple[str, int]]:
    """Yield each commitment in a feed with the position of its last entry; a later one may have erased it."""
    for raw in copy.lines(name):
        try:
            line = _lines.decode(raw)
            found = commitments_of(decode_entry(bytes(line.entry))) if line.entry else []
        except UNREADABLE:
            continue  # L02 reports it
        for commitment in found:
            yield commitment, line.position


def _judged(one: _Answered, name: str, position: int) -> Discrepancy | None:
    at = f"{name}/{position}"
    if one.opening == Opening.VERIFIED and matches(one.commitment, bytes.fromhex(one.salt), one.text.encode()):
        return None
    if one.opening == Opening.ERASED and one.erased_position == position:
        return None
    if one.opening == Opening.MISSING:
        return Discrepancy("L17", at, f"{one.commitment}: không còn", f"{one.commitment} is gone")
    return Discrepancy("L16", at, f"{one.commitment}: không khớp", f"{one.commitment} does not match its text")


async def _open(client: httpx.AsyncClient, commitments: Sequence[str]) -> list[_Answered]:
    answer = await client.post("/v1/openings", json={"commitments": list(commitments)})
    return read(answer, _Openings).openings
