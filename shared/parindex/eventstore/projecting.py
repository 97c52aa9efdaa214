"""Keeps every projection from the own log, each fact applied exactly once, and rebuilds one beside the readers."""

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from parindex.eventstore.log import Log
from parindex.eventstore.projection import Projection
from parindex.eventstore.readers import Place, ReaderStatus, Stand, enter, leave, move, put
from parindex.eventstore.versions import Version, go_live, live_engine, live_version, make_tables, prepare, show
from parindex.patience import Patience, heed_cancellation, in_one_line

PAGE = 1_000
"""Facts in one transaction."""
LOOK_AGAIN = 10.0
"""Seconds after which a reader looks at the log though nobody woke it."""

logger = structlog.stdlib.get_logger(__name__)

__all__ = ["Projector", "live_engine", "prepare_projections"]


async def prepare_projections(engine: AsyncEngine, projections: Sequence[Projection]) -> None:
    """Make the tables and views of projections, so that a question asked before the first fact finds them empty."""
    for projection in projections:
        await prepare(engine, _version(projection))


class Projector:
    """Keeps a service's projections. Several processes may run the same: no fact is applied twice."""

    def __init__(self, log: Log, engine: AsyncEngine, projections: Sequence[Projection]) -> None:
        self._log = log
        self._engine = engine
        self._keepers = {projection.name: Keeper(log, engine, projection) for projection in projections}

    async def prepare(self) -> None:
        """Make what is missing: schemas, tables, positions, views."""
        for keeper in self._keepers.values():
            await keeper.prepare()

    async def run(self) -> None:
        """Keep all projections until cancelled. One that fails is tried again, and stops no other."""
        async with asyncio.TaskGroup() as group:
            for keeper in self._keepers.values():
                group.create_task(keeper.run(), name=keeper.place.reader)

    async def catch_up(self) -> None:
        """Apply what stands in the log now, then return."""
        head = await self._log.head()
        for keeper in self._keepers.values():
            await keeper.catch_up(head)

    async def rebuild(self, name: str) -> None:
        """Build a projection anew from the first fact, beside the one in use, then put it in its place."""
        await self._keepers[name].rebuild()

    async def status(self) -> list[ReaderStatus]:
        """Say how each projection is doing."""
        head = await self._log.head()
        return [keeper.status(head) for keeper in self._keepers.values()]


class Keeper:
    """Keeps one projection."""

    def __init__(self, log: Log, engine: AsyncEngine, projection: Projection, *, beside: bool = False) -> None:
        self._log = log
        self._engine = engine
        self._projection = projection
        self.version = _version(projection, beside=beside)
        self._writing = self.version.engine(engine)
        reader = f"projection:{projection.name}:{projection.version}{':rebuilt' if beside else ''}"
        self.place = Place(reader, log.origin, 0)
        self.position = 0
        self._live = False
        self._applied = 0
        self._error = ""

    async def prepare(self) -> None:
        """Make what is missing, and find out where it stands."""
        self._live = await prepare(self._engine, self.version)
        await self._find_position()

    async def run(self) -> None:
        """Keep the projection until cancelled."""
        patience = Patience()
        while True:
            heed_cancellation()
            try:
                await self.catch_up(await self._log.head())
                self._error = ""
                patience.reset()
                await self._log.watcher.wait_past(self.position, None, LOOK_AGAIN)
            except Exception as error:  # whatever it is: shown in the status, and tried again
                self._error = in_one_line(error)
                logger.exception("projection_failed", reader=self.place.reader, position=self.position)
                await patience.wait()

    async def catch_up(self, head: int) -> None:
        """Apply everything up to `head`; a version that gets there is live from then on."""
        while self.position < head:
            await self.step()
        if not self._live:
            await self._go_live()

    async def rebuild(self) -> None:
        """Build beside, then swap."""
        fresh = Keeper(self._log, self._engine, self._projection, beside=True)
        await fresh.start_over()
        while fresh.position < await self._log.head():
            await fresh.step()
        await self._take_over(fresh)
        await self._find_position()

    async def start_over(self) -> None:
        """Throw away what is there, and stand before the first fact."""
        async with self._writing.begin() as connection:
            await connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {self.version.schema} CASCADE")
            await make_tables(connection, self.version)
            await leave(connection, self.place)
            self.position = (await enter(connection, self.place)).position

    def status(self, head: int) -> ReaderStatus:
        """Say how the projection is doing."""
        lag = max(head - self.position, 0)
        return ReaderStatus(
            self.place.reader, self.place.source, 0, self.position, lag, self._live,
            applied=self._applied, error=self._error,
        )  # fmt: skip

    async def step(self) -> None:
        """Apply the next page, of which there must be one."""
        recorded = await self._log.read_after(self.position, PAGE)
        last = recorded[-1].position
        async with self._writing.begin() as connection:
            moved = await move(connection, self.place, self.position, Stand(last))
            if moved:
                await self._projection.apply(connection, recorded)
        if not moved:  # another process was faster, or a rebuild put it elsewhere
            await self._find_position()
            return
        self.position = last
        self._applied += len(recorded)

    async def _find_position(self) -> None:
        async with self._engine.begin() as connection:
            self.position = (await enter(connection, self.place)).position

    async def _go_live(self) -> None:
        async with self._engine.begin() as connection:
            await go_live(connection, self.version)
        self._live = True
        logger.info("projection_live", reader=self.place.reader, position=self.position)

    async def _take_over(self, fresh: "Keeper") -> None:
        ours, theirs = self.version.schema, fresh.version.schema
        async with self._engine.begin() as connection:
            await put(connection, self.place, fresh.position)  # waits for a page under way
            await connection.exec_driver_sql(f"DROP SCHEMA {ours} CASCADE")
            await connection.exec_driver_sql(f"ALTER SCHEMA {theirs} RENAME TO {ours}")
            await leave(connection, fresh.place)
            if await live_version(connection, self.version.name) == self.version.number:
                await show(connection, self.version)


def _version(projection: Projection, *, beside: bool = False) -> Version:
    return Version(f"projection:{projection.name}", projection.version, projection.tables, beside=beside)
