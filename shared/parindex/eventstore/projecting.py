"""The projector: it runs every projection over the own log, each event applied exactly once, and rebuilds them.

A page on which a projection fails is halved until the poison entry is found. The projector parks that entry and each
later one of its stream (`parked_entries.py`), and goes on: no entry stops a read model forever. A rebuild runs beside
the live tables, so readers are not interrupted.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from parindex.backoff import Backoff, raise_if_cancelled
from parindex.eventstore import parked_entries
from parindex.eventstore.checkpoints import Checkpoint, CheckpointKey, CheckpointStatus, advance, delete, load, reset
from parindex.eventstore.log import Log
from parindex.eventstore.projection import Projection
from parindex.eventstore.read_model_versions import (
    go_live,
    live_version,
    make_tables,
    prepare,
    show,
    version_of,
)
from parindex.eventstore.registry import Recorded
from parindex.eventstore.transient import is_of_the_program, is_transient
from parindex.reasons import in_one_line

PAGE = 1_000
"""Events in one transaction."""
LOOK_AGAIN = 10.0
"""Seconds after which a projection reads the log without a notification."""
PARKED = "SELECT reader, count(*) AS parked FROM parked GROUP BY reader"

logger = structlog.stdlib.get_logger(__name__)


async def prepare_projections(engine: AsyncEngine, projections: Sequence[Projection]) -> None:
    """Create the tables and views of projections, so that a query before the first event finds them empty."""
    for projection in projections:
        await prepare(engine, version_of(projection))


class Projector:
    """Runs a service's projections. Several processes may run the same ones: no event is applied twice."""

    def __init__(self, log: Log, engine: AsyncEngine, projections: Sequence[Projection]) -> None:
        self._log = log
        self._engine = engine
        self._runners = {projection.name: ProjectionRunner(log, engine, projection) for projection in projections}

    async def prepare(self) -> None:
        """Create the schemas, tables, checkpoints and views that are missing."""
        for runner in self._runners.values():
            await runner.prepare()

    async def run(self) -> None:
        """Run all projections until cancelled. A failing one is retried and does not stop the others."""
        async with asyncio.TaskGroup() as group:
            for runner in self._runners.values():
                group.create_task(runner.run(), name=runner.key.reader)

    async def catch_up(self) -> None:
        """Apply the log up to its present head, then return."""
        head = await self._log.head()
        for runner in self._runners.values():
            await runner.catch_up(head)

    async def rebuild(self, name: str) -> None:
        """Rebuild a projection from the first event, beside the live one, then swap them."""
        await self._runners[name].rebuild()

    async def status(self) -> list[CheckpointStatus]:
        """Return the status of each projection."""
        head = await self._log.head()
        parked = {row["reader"]: row["parked"] for row in await self._log.pool.fetch(PARKED)}
        found = [runner.status(head) for runner in self._runners.values()]
        return [replace(status, parked=parked.get(status.reader, 0)) for status in found]


class ProjectionRunner:
    """Runs one projection."""

    def __init__(self, log: Log, engine: AsyncEngine, projection: Projection, *, beside: bool = False) -> None:
        self._log = log
        self._engine = engine
        self._projection = projection
        self.version = version_of(projection, beside=beside)
        self._writing = self.version.engine(engine)
        self.key = CheckpointKey(self.version.reader, log.origin, 0)
        self.position = 0
        self._live = False
        self._applied = 0
        self._error = ""

    async def prepare(self) -> None:
        """Create the missing tables, and load the checkpoint."""
        self._live = await prepare(self._engine, self.version)
        await self._find_position()

    async def run(self) -> None:
        """Run the projection until cancelled."""
        backoff = Backoff()
        while True:
            raise_if_cancelled()
            try:
                await self.catch_up(await self._log.head())
                self._error = ""
                backoff.reset()
                await self._log.watcher.wait_past(self.position, None, LOOK_AGAIN)
            except Exception as error:  # shown in the status, and retried
                self._error = in_one_line(error)
                logger.exception("projection_failed", reader=self.key.reader, position=self.position)
                await backoff.wait()

    async def catch_up(self, head: int) -> None:
        """Apply the log up to `head`; a version that reaches it goes live."""
        while self.position < head:
            await self.step()
        if not self._live:
            await self._go_live()

    async def rebuild(self) -> None:
        """Rebuild beside the live tables, then swap."""
        fresh = ProjectionRunner(self._log, self._engine, self._projection, beside=True)
        await fresh.start_over()
        while fresh.position < await self._log.head():
            await fresh.step()
        await self._take_over(fresh)
        await self._find_position()

    async def start_over(self) -> None:
        """Drop the tables and the checkpoint, to begin before the first event."""
        async with self._writing.begin() as connection:
            await connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {self.version.schema} CASCADE")
            await make_tables(connection, self.version)
            await delete(connection, self.key)
            await parked_entries.forget(connection, self.key)
            self.position = (await load(connection, self.key)).position

    def status(self, head: int) -> CheckpointStatus:
        """Return the projection's status."""
        lag = max(head - self.position, 0)
        return CheckpointStatus(
            self.key.reader, self.key.source, 0, self.position, lag, self._live,
            applied=self._applied, error=self._error,
        )  # fmt: skip

    async def step(self) -> None:
        """Apply the next page, at least one entry; park an entry that cannot be read or applied.

        Raises UnknownEventError before an entry of a newer program.
        """
        page, unreadable = await parked_entries.read_page(self._log, self.position, PAGE)
        if unreadable and unreadable.is_newer:
            raise unreadable.error
        moved = await (self._park(unreadable.position, unreadable.error) if unreadable else self._apply(page))
        if not moved:  # another process, or a rebuild, moved the checkpoint
            await self._find_position()

    async def _apply(self, page: Sequence[Recorded]) -> bool:
        """Apply a page, halved where that fails; return False where another process moved the checkpoint."""
        try:
            return await self._apply_whole(page)
        except Exception as error:
            if is_transient(error) or is_of_the_program(error):
                raise
            if len(page) == 1:
                return await self._park(page[0].position, error)
            logger.warning("entries_halved", reader=self.key.reader, error=in_one_line(error))
        middle = len(page) // 2
        return await self._apply(page[:middle]) and await self._apply(page[middle:])

    async def _apply_whole(self, page: Sequence[Recorded]) -> bool:
        async with self._writing.begin() as connection:
            if not await advance(connection, self.key, self.position, Checkpoint(page[-1].position)):
                return False
            parked = await parked_entries.parked_streams(connection, self.key)
            for each in page if parked else ():
                if each.stream in parked:
                    await parked_entries.park(connection, self.key, each.position, parked_entries.BEHIND)
            if free := [each for each in page if each.stream not in parked]:
                await self._projection.apply(connection, free)
        self.position = page[-1].position
        self._applied += len(free)
        return True

    async def _park(self, position: int, error: Exception) -> bool:
        async with self._writing.begin() as connection:
            if not await advance(connection, self.key, self.position, Checkpoint(position)):
                return False
            await parked_entries.park(connection, self.key, position, in_one_line(error))
        self.position = position
        logger.error("entry_parked", reader=self.key.reader, position=position, error=in_one_line(error))
        return True

    async def _find_position(self) -> None:
        async with self._engine.begin() as connection:
            self.position = (await load(connection, self.key)).position

    async def _go_live(self) -> None:
        async with self._engine.begin() as connection:
            await go_live(connection, self.version)
        self._live = True
        logger.info("projection_live", reader=self.key.reader, position=self.position)

    async def _take_over(self, fresh: "ProjectionRunner") -> None:
        old, new = self.version.schema, fresh.version.schema
        async with self._engine.begin() as connection:
            await reset(connection, self.key, fresh.position)  # waits for a page under way
            await connection.exec_driver_sql(f"DROP SCHEMA {old} CASCADE")
            await connection.exec_driver_sql(f"ALTER SCHEMA {new} RENAME TO {old}")
            await delete(connection, fresh.key)
            await parked_entries.inherit(connection, self.key, fresh.key)
            if await live_version(connection, self.version.name) == self.version.number:
                await show(connection, self.version)
