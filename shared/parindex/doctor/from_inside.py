"""Examines one service with its own settings: database, projections, relay, broker, sources and bus process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx

from parindex.bus import lease
from parindex.bus.feed import FeedClient
from parindex.bus.handler_context import version_of
from parindex.bus.protocols import FeedAwayError
from parindex.bus.rabbit_connection import LOST, RabbitConnection, asking
from parindex.doctor.findings import (
    Diagnosis,
    epoch_stop,
    history,
    ill,
    look_at_disk,
    parked,
    see,
    stored_files,
    stuck,
    well,
)
from parindex.doctor.from_outside import examine_process
from parindex.eventstore.registry import EVERY_PARTITION
from parindex.eventstore.schema import published_in
from parindex.hosting.resources import file_store_of
from parindex.hosting.service_tokens import open_clients
from parindex.hosting.settings import BusKind, Settings
from parindex.monitoring.history import check_history
from parindex.monitoring.troubles import explain
from parindex.reasons import reason
from parindex.service import Service
from parindex.wording import Wording

MOVES_WITHIN_S = 6.0
"""Seconds within which a projection with a backlog has to move."""
LOOK_EVERY_S = 0.5
LOOK = Wording("Xem nhật ký và cấu hình của nó.", "See its log and its settings.")

PARKED = "SELECT reader, count(*) AS parked FROM parked GROUP BY reader ORDER BY reader"
READERS = "SELECT reader, source, partition, epoch, position FROM reader_positions ORDER BY reader, source, partition"
NEWEST = "SELECT position FROM events WHERE {} ORDER BY partition DESC, position DESC LIMIT 1"
PUBLISHED = f"""
SELECT k AS partition, coalesce(greatest(
    ({NEWEST.format(published_in("k", "0"))}),
    ({NEWEST.format(published_in(str(EVERY_PARTITION), "0"))})
), 0) AS position
FROM log_head, generate_series(0, partitions - 1) AS k
"""  # noqa: S608  # constants, here and below
RELAYING = f"""
SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32) | objid::bigint = {lease.LOCK}
"""  # noqa: S608
DATA = "SELECT setting FROM pg_settings WHERE name = 'data_directory'"

Behind = dict[tuple[str, str, int], int]


async def examine_service(
    service: Service, settings: Settings, moves_within: float = MOVES_WITHIN_S
) -> AsyncIterator[Diagnosis]:
    """Examine a service. If its database can't be opened, that is the only diagnosis."""
    try:
        connection = await asyncpg.connect(settings.dsn, timeout=10)
    except Exception as error:
        trouble = explain(error, service.name)
        if trouble is None:
            raise
        yield Diagnosis(f"{service.name}: cơ sở dữ liệu / database", trouble, see("restore-a-database"))
        return
    try:
        async for diagnosis in _examine(service, settings, connection, moves_within):
            yield diagnosis
    finally:
        await connection.close()


async def _examine(
    service: Service, settings: Settings, connection: asyncpg.Connection, moves_within: float
) -> AsyncIterator[Diagnosis]:
    name = service.name
    yield well(f"{name}: cơ sở dữ liệu / database")
    folder = await connection.fetchval(DATA)
    with suppress(OSError):
        yield look_at_disk(Path(folder or "."))
    for row in await connection.fetch(PARKED):
        yield parked(f"{name}: {row['reader']}", row["reader"], row["parked"])
    yield await _history(service, connection)
    yield await _own_readers(name, connection, moves_within)
    if service.named_files is not None:
        named = await service.named_files(connection)
        yield stored_files(name, await _missing(settings, named))
    if settings.bus is BusKind.RABBITMQ:
        yield await _broker(name, settings)
        yield await _relay(name, connection)
    async for diagnosis in _sources(service, settings, connection):
        yield diagnosis
    if settings.health_port:
        async with httpx.AsyncClient(base_url=f"http://{settings.health_host}:{settings.health_port}") as http:
            for diagnosis in await examine_process(http, f"{name} bus"):
                yield diagnosis


async def _history(service: Service, connection: asyncpg.Connection) -> Diagnosis:
    """Diagnose whether log, columns and texts agree with each other (`parindex audit` checks more)."""
    whole, found = await check_history(service, connection)
    return history(service.name, found, whole=whole)


async def _missing(settings: Settings, named: Mapping[str, int]) -> list[str]:
    """Return the named files that are not in the store with their size."""
    folder = settings.files_folder
    if folder is None or not await asyncio.to_thread(folder.is_dir):
        return list(named)
    store = await file_store_of(settings)
    return [digest for digest, size in named.items() if store is None or await store.size_of(digest) != size]


async def _own_readers(name: str, connection: asyncpg.Connection, moves_within: float) -> Diagnosis:
    """Diagnose whether each projection, and the relay, moves if it is behind its own log."""
    what, before = f"{name}: bảng đọc / projections", await _behind(connection)
    end = asyncio.get_running_loop().time() + moves_within
    held = before
    while held and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(LOOK_EVERY_S)
        now = await _behind(connection)
        held = {key: at for key, at in held.items() if now.get(key) == at}
    return stuck(what, sorted(reader for reader, _, _ in held)) if held else well(what)


async def _behind(connection: asyncpg.Connection) -> Behind:
    head = await connection.fetchrow("SELECT origin, position FROM log_head")
    ends = {row["partition"]: row["position"] for row in await connection.fetch(PUBLISHED)}
    return {
        (row["reader"], row["source"], row["partition"]): row["position"]
        for row in await connection.fetch(READERS)
        if head is not None and row["source"] == head["origin"]
        if row["position"] < (ends[row["partition"]] if row["reader"] == lease.READER else head["position"])
        if not row["reader"].endswith(":rebuilt")
    }


async def _relay(name: str, connection: asyncpg.Connection) -> Diagnosis:
    what = f"{name}: relay"
    if await connection.fetchval(RELAYING):
        return well(what)
    remedy = Wording(f"Chạy tiến trình bus của {name}.", f"Start the bus process of {name}.")
    return ill(what, Wording("Không ai chuyển thông điệp đi.", "No relay is running."), remedy)


async def _broker(name: str, settings: Settings) -> Diagnosis:
    what, connection = f"{name}: RabbitMQ", RabbitConnection(settings.amqp_url.split(","), "doctor")
    try:
        async with asking():
            await (await connection.channel()).close()
    except LOST as error:
        said = Wording("Không nối được: {why}", "Can't connect: {why}").of(why=reason(error))
        return ill(what, said, see("lose-the-broker"))
    finally:
        await connection.close()
    return well(what)


async def _sources(service: Service, settings: Settings, connection: asyncpg.Connection) -> AsyncIterator[Diagnosis]:
    """Diagnose each source by its feed's answer at this service's checkpoints."""
    consumers = {version_of(consumer).reader for consumer in service.consumers}
    rows = [row for row in await connection.fetch(READERS) if row["reader"] in consumers]
    async with open_clients(settings) as clients:
        for row in rows:
            if row["source"] in clients and (diagnosis := await _source(FeedClient(clients), row)):
                yield diagnosis


async def _source(feeds: FeedClient, row: asyncpg.Record) -> Diagnosis | None:
    source, partition, position = str(row["source"]), int(row["partition"]), int(row["position"])
    what = f"{row['reader']} ← {source}/{partition}"
    try:
        page = await feeds.read(source, partition, position)
    except FeedAwayError as error:
        why = Wording(reason(error.__cause__ or error).vi, str(error))
        said = Wording("Không đọc được sổ nguồn: {why}", "Can't read the source's feed: {why}").of(why=why)
        return ill(what, said, LOOK)
    if row["epoch"] not in {0, page.epoch} or 0 <= page.head < position:
        return epoch_stop(what, source)
    return None
