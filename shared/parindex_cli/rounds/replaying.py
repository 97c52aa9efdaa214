"""Recomputes a published result from the auditors' feeds on empty databases, without trusting the publisher.

The feeds' exact entries are imported up to the edition's position vector. Then the same scoring and publication code
that every installation runs computes the snapshot again, and its bytes are compared with the published checksum.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from parindex.auth.issuer import LocalIssuer, key_in
from parindex.contracts.scoring import SourcePosition
from parindex.eventstore.discrepancy import Discrepancy
from parindex.eventstore.importing import Imported, import_feed
from parindex.eventstore.log import Log
from parindex.hosting.databases import make_databases
from parindex.refusal import Kind, Refused
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.service import Service, ServiceContext, installed_services
from parindex.wording import Wording
from parindex_cli.local.embedded import INSIDE, assembled
from parindex_cli.rounds.published import Edition, header_differences

TIMEOUT_S = 60.0
"""Seconds without progress after which a replay gives up."""
LOOK_EVERY_S = 0.2
WHY_REFUSED = {
    401: Wording(
        " Khóa ký hoặc tài khoản không phải của hệ thống ở địa chỉ đó.",
        " The key or the credentials are not of the system at that address.",
    ),
    403: Wording(" Cần quyền auditor của cơ quan chủ trì.", " It takes the right auditor at the round's authority."),
}


class FeedRefusedError(Refused):
    """A source does not let this auditor read its feed."""

    code = "feed-refused"
    kind = Kind.FORBIDDEN
    vi, en = "Không đọc được sổ {source} (HTTP {status}).{why}", "The feed of {source} answered HTTP {status}.{why}"

    source: str
    status: int

    @property
    def why(self) -> Wording:
        """What may have led to the status."""
        return WHY_REFUSED.get(self.status, Wording("", ""))


class NotRecomputedError(Refused):
    """The copied logs do not lead to the published result, however long one waits: they do not hold what led to it."""

    code = "not-recomputed"
    kind = Kind.CONFLICT
    vi = (
        "Từ các sổ không tính ra được kết quả đã công bố (ấn bản {edition.number}; {refused.code}): sổ không chứa đủ "
        "những gì đã dẫn đến kết quả."
    )
    en = (
        "The logs do not lead to the published result (edition {edition.number}; {refused.code}): they do not hold "
        "what led to it."
    )

    edition: Edition
    refused: Refused


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a replay. `same` is the verdict; `differences` has the discrepancies that were found on the way."""

    edition: Edition
    recomputed: str
    imported: Mapping[str, Imported]
    differences: tuple[Discrepancy, ...] = ()
    snapshot: bytes = field(default=b"", repr=False)

    @property
    def same(self) -> bool:
        """Whether the recomputed checksum is the published one, and that of the published bytes too."""
        served = hashlib.sha256(self.edition.snapshot).hexdigest()
        return self.recomputed == self.edition.checksum == served and not self.differences


async def replay(clients: Mapping[str, httpx.AsyncClient], edition: Edition, report: Callable[[str], None]) -> Verdict:
    """Recompute an edition from the feeds of `clients`, which are signed in as an auditor; `report` gets each step.

    Raises FeedRefusedError, FeedBrokenError, and NotRecomputedError if the copied logs do not lead to a result.
    """
    with tempfile.TemporaryDirectory(prefix="parindex-replay-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", durable=False)
        await asyncio.to_thread(server.start)
        try:
            return await _replay_in(server, Path(folder), clients, edition, report)
        finally:
            await asyncio.to_thread(server.stop)


async def _replay_in(
    server: EmbeddedPostgres,
    folder: Path,
    clients: Mapping[str, httpx.AsyncClient],
    edition: Edition,
    report: Callable[[str], None],
) -> Verdict:
    services = installed_services()
    urls_by_service = await make_databases(server, services)
    imported, differences = {}, header_differences(edition)
    for at in edition.vector:
        name = at.source.rpartition("/")[2]
        report(f"Đọc sổ {at.source} đến vị trí {at.position}")
        imported[at.source], found = await _import(server.dsn(name), services[name], clients[name], at)
        differences += found
    report("Tính lại")
    issuer = LocalIssuer(key_in(folder / "issuer.key"), INSIDE)
    async with assembled(_silenced(services, edition), urls_by_service, issuer) as system:
        snapshot = await _settled(services, {name: held.context for name, held in system.resources.items()}, edition)
    return Verdict(edition, hashlib.sha256(snapshot).hexdigest(), imported, tuple(differences), snapshot)


async def _import(
    dsn: str, service: Service, client: httpx.AsyncClient, at: SourcePosition
) -> tuple[Imported, list[Discrepancy]]:
    recount = service.recount() if service.recount else None
    async with Log.open(dsn, service.types) as log:
        async with aclosing(_lines(client, at)) as lines:  # stops reading at the first broken line
            found = await import_feed(log, lines, recount.see if recount else None)
        await log.pool.execute("UPDATE log_head SET epoch = $1", at.epoch)
    return found, list(recount.differences()) if recount else []


async def _lines(client: httpx.AsyncClient, at: SourcePosition) -> AsyncGenerator[bytes, None]:
    if not at.position:
        return
    async with client.stream("GET", "/v1/feed", params={"after": 0, "limit": at.position}) as answer:
        if answer.is_error:
            raise FeedRefusedError(at.source, answer.status_code)
        rest = b""
        async for chunk in answer.aiter_bytes():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line


def _silenced(services: Mapping[str, Service], edition: Edition) -> dict[str, Service]:
    """Return the services, with sources that append nothing: new entries would differ from published ones."""
    sources = {at.source.rpartition("/")[2] for at in edition.vector}
    return {
        name: replace(service, consumers=(), tasks=()) if name in sources or not service.consumers else service
        for name, service in services.items()
    }


async def _settled(services: Mapping[str, Service], contexts: Mapping[str, ServiceContext], edition: Edition) -> bytes:
    """Wait until publication can return the snapshot that it would publish; give up when no log grows any more."""
    recompute, context = next(
        (service.recompute, contexts[name]) for name, service in services.items() if service.recompute
    )
    loop, moved = asyncio.get_running_loop(), 0.0
    heads: tuple[int, ...] = ()
    while True:
        try:
            return await _ask(recompute, context, edition)
        except Refused as refused:
            present = tuple([await each.log.head() for each in contexts.values()])
            if present != heads:
                heads, moved = present, loop.time()
            elif loop.time() - moved > TIMEOUT_S:
                raise NotRecomputedError(edition, refused) from refused
        await asyncio.sleep(LOOK_EVERY_S)


async def _ask(
    recompute: Callable[[ServiceContext, str, bytes], Awaitable[bytes]] | None,
    context: ServiceContext,
    edition: Edition,
) -> bytes:
    if recompute is None:
        raise RuntimeError("no installed service can recompute a result")
    return await recompute(context, edition.round, edition.snapshot)
