"""A log of presses in its own database: the events that the kernel's benchmarks append, replay and publish."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from parindex.contracts.survey import TallyUpdated
from parindex.eventstore import schema
from parindex.eventstore.appending import Append, Decided, Metadata, StreamHead
from parindex.eventstore.log import Log
from parindex.eventstore.registry import EventTypes, Recorded, Translation
from parindex.servers.embedded_postgres import EmbeddedPostgres

PARTITIONS = 8
BUS_KEY = "messages are signed, as where it counts"
METADATA = Metadata("kiosk-k1", "2026-07-01T12:00:00.000000Z", "H09", "0123456789abcdef0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Pressed:
    """An event of the size of survey's `RatingRecorded`, which is not published."""

    kiosk: str
    unit: str
    question: str
    group: str
    seq: int
    option: str
    pressed_at: str
    accuracy_s: int


@dataclass(frozen=True, slots=True)
class Counted:
    """An event that is published."""

    unit: str
    count: int


def _contract(recorded: Recorded) -> TallyUpdated:
    return TallyUpdated(round="r", unit=recorded.fact.unit, question="hai-long", covers=recorded.position)


TYPES = EventTypes(
    {"Pressed": Pressed, "Counted": Counted},
    translations={Counted: Translation(_contract, about=lambda fact: fact.unit)},
)


def pressed(seq: int) -> Pressed:
    return Pressed("k1", "H09.05", "hai-long", "", seq, "5", "2026-07-01T12:00:00.000000Z", 0)


def press(stream: str, facts: Sequence[Pressed]) -> Append:
    """Return a command that appends these events, decided at the stream's version, as every command is."""

    def decide(head: StreamHead) -> Decided:
        return Decided(facts, b"%d" % (head.version + len(facts)))

    return Append(stream, METADATA, decide, len(facts))


async def new_database(server: EmbeddedPostgres, name: str, flush_us: int = 0) -> str:
    """Create an empty database; return its address. `flush_us` delays every commit as a slower disk would."""
    await server.drop_database(name)
    await server.ensure_database(name)
    if flush_us:
        connection = await asyncpg.connect(server.dsn("postgres"))
        await connection.execute(f"ALTER DATABASE {name} SET commit_delay = {flush_us}")
        await connection.execute(f"ALTER DATABASE {name} SET commit_siblings = 0")
        await connection.close()
    return server.dsn(name)


@asynccontextmanager
async def open_log(server: EmbeddedPostgres, name: str, flush_us: int = 0) -> AsyncIterator[Log]:
    """Open an empty log in a new database."""
    dsn = await new_database(server, name, flush_us)
    connection = await asyncpg.connect(dsn)
    await connection.execute(schema.TODAY)
    await connection.execute("INSERT INTO log_head (origin, partitions) VALUES ($1, $2)", name, PARTITIONS)
    await connection.close()
    async with Log.open(dsn, TYPES) as log:
        yield log
