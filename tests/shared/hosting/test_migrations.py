import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest
from alembic import command

from parindex.eventstore import schema
from parindex.eventstore.entries import decode_entry, digest_of
from parindex.eventstore.hash_chain import HashChain
from parindex.eventstore.log import Log
from parindex.hosting.migrations import LOCK, PartitionsDifferError, Plan, migrations_of, upgrade
from parindex.instant import instant
from parindex.testing import shop
from parindex.testing.postgres import Databases
from parindex.testing.toy import MIGRATIONS

ROLE = "pizza_maker"
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2
"""
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""


@pytest.fixture
async def plan(database: Databases) -> Plan:
    return Plan(MIGRATIONS, (await database()).url, ROLE, "toy", 8)


@pytest.fixture
async def role(plan: Plan) -> AsyncIterator[str]:
    connection = await connected(plan)
    await connection.execute(f"CREATE ROLE {ROLE} LOGIN")
    yield ROLE
    await connection.execute(f"DROP OWNED BY {ROLE} CASCADE")
    await connection.execute(f"DROP ROLE {ROLE}")
    await connection.close()


async def connected(plan: Plan, role: str = "postgres") -> asyncpg.Connection:
    dsn = plan.owner_url.replace("postgresql+asyncpg://postgres@", f"postgresql://{role}@")
    return await asyncpg.connect(dsn)


async def test_the_first_migration_makes_a_log_with_its_origin(plan: Plan) -> None:
    await upgrade(plan)
    connection = await connected(plan)
    head = await connection.fetchrow("SELECT origin, partitions, position FROM log_head")
    await connection.close()
    assert head is not None
    assert tuple(head) == ("toy", 8, 0)


async def test_tables_that_were_made_at_once_are_those_that_the_migrations_leave(plan: Plan) -> None:
    await upgrade(plan)
    migrated = await connected(plan)
    left = await migrated.fetch(COLUMNS)
    await migrated.execute("DROP SCHEMA public, live CASCADE; CREATE SCHEMA public")
    await migrated.execute(schema.TODAY)
    assert await migrated.fetch(COLUMNS) == left
    await migrated.close()


async def test_migrating_again_changes_nothing(plan: Plan) -> None:
    await upgrade(plan)
    connection = await connected(plan)
    await connection.execute("UPDATE log_head SET position = 7, hash = repeat('7', 64)")
    await upgrade(plan)
    assert await connection.fetchval("SELECT position FROM log_head") == 7
    await connection.close()


async def test_two_processes_that_start_at_once_migrate_one_after_the_other(plan: Plan) -> None:
    connection = await connected(plan)
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
    both = [await _another_process(plan) for _ in range(2)]
    async with asyncio.timeout(60):
        while await connection.fetchval(WAITING) < 2:
            assert [process.returncode for process in both] == [None, None]
            await asyncio.sleep(0.05)
    assert await connection.fetchval("SELECT to_regclass('log_head')") is None
    await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
    assert [await process.wait() for process in both] == [0, 0]
    assert await connection.fetchval("SELECT count(*) FROM log_head") == 1
    assert await connection.fetchval("SELECT count(*) FROM alembic_version") == 1
    await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET type = 'x'",
        "DELETE FROM events",
        "TRUNCATE events",
        "DROP TABLE events",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "UPDATE commands SET answer = ''",
        "DELETE FROM commands",
    ],
)
async def test_the_services_own_role_can_change_nothing_in_the_log(plan: Plan, role: str, statement: str) -> None:
    await upgrade(plan)
    connection = await connected(plan, role)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize("statement", ["UPDATE events SET type = 'x'", "DELETE FROM events", "TRUNCATE commands"])
async def test_the_log_is_append_only_even_for_its_owner(plan: Plan, statement: str) -> None:
    await upgrade(plan)
    connection = await connected(plan)
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await connection.execute(statement)
    await connection.close()


async def test_the_services_own_role_may_append(plan: Plan, role: str) -> None:
    await upgrade(plan)
    connection = await connected(plan, role)
    await connection.execute("INSERT INTO events VALUES (1, 's-1', 1, 'T', NULL, now(), '{}')")
    await connection.execute("UPDATE log_head SET position = 1, hash = repeat('1', 64)")
    await connection.close()


async def test_a_role_that_came_later_gets_its_grants_by_migrating_again(plan: Plan, role: str) -> None:
    await upgrade(replace(plan, role="not_there_yet"))
    await upgrade(plan)
    connection = await connected(plan, role)
    assert await connection.fetchval("SELECT count(*) FROM events") == 0
    await connection.close()


OLD_ENTRY = (
    '{"actor":"baker","authority":"H09","correlation":"c-1","data":{"oven":"o1","pizza":"margherita"},"nonce":"n%s",'
    '"occurred_at":"2026-07-01T12:00:00.000000Z","origin":"%s","stream":"oven-o1","type":"PizzaBaked","v":2,"version":%s}'
)


async def fill(connection: asyncpg.Connection, source: str, count: int) -> None:
    """As the version before wrote: entries without hashes, in a database of its tables; words in the vault."""
    for n in range(1, count + 1):
        entry = (OLD_ENTRY % (n, source, n)).encode()
        at = datetime(2026, 7, 1, 12, 0, n, 20 * n, tzinfo=UTC)
        await connection.execute("INSERT INTO events VALUES ($1, 'oven-o1', $1, 'PizzaBaked', 1, $2, $3)", n, at, entry)
        await connection.execute("UPDATE log_head SET position = $1, recorded_at = $2", n, at)
    await connection.execute("INSERT INTO streams VALUES ('oven-o1', $1)", count)
    await connection.execute("INSERT INTO vault VALUES ('comment:1', 'salt', 'words', 'text/plain', 1)")


@pytest.mark.parametrize("service", ["assessment", "survey", "scoring", "publication"])
@pytest.mark.parametrize("count", [0, 1, 5])
async def test_a_database_with_data_is_upgraded_and_what_is_appended_then_seals_it(
    database: Databases, monkeypatch: pytest.MonkeyPatch, service: str, count: int
) -> None:
    plan = Plan(
        migrations_of(service), (await database()).url, "no_role", service, 8
    )  # grants are those of the newest version
    before = {"assessment": "0002", "survey": "0003", "scoring": "0002", "publication": "0003"}[service]
    with monkeypatch.context() as older:
        newest = command.upgrade
        older.setattr(command, "upgrade", lambda config, _: newest(config, before))
        await upgrade(plan)
    connection = await connected(plan)
    await fill(connection, service, count)
    await upgrade(plan)
    async with Log.open(plan.owner_url.replace("+asyncpg", ""), shop.TYPES) as log:
        for _ in range(3):
            await log.append(shop.bake())
    chain = HashChain(service)
    for row in await connection.fetch("SELECT position, recorded_at, entry FROM events ORDER BY position"):
        raw = row["entry"]
        breaks = chain.follow(row["position"], instant(row["recorded_at"]), digest_of(raw), decode_entry(raw))
        assert list(breaks) == []
    assert chain.position == count + 3
    first = decode_entry(await connection.fetchval("SELECT entry FROM events WHERE position = $1", count + 1))
    assert bool(first.earlier) == bool(count)
    await connection.close()


VAULT = ["UPDATE vault SET content = ''", "DELETE FROM vault", "TRUNCATE vault", "UPDATE reads SET actor = ''"]


@pytest.mark.parametrize("statement", [*VAULT, "DELETE FROM reads"])
async def test_the_services_own_role_changes_nothing_in_the_vault_nor_in_what_was_read(
    plan: Plan, role: str, statement: str
) -> None:
    await upgrade(plan)
    owner = await connected(plan)
    await owner.execute(f"GRANT UPDATE, DELETE ON vault TO {ROLE}")  # as the version before gave them
    await owner.close()
    await upgrade(plan)
    connection = await connected(plan, role)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


async def test_the_services_own_role_may_erase_by_the_function_alone(plan: Plan, role: str) -> None:
    await upgrade(plan)
    connection = await connected(plan, role)
    await connection.execute("INSERT INTO vault VALUES ('comment:1', 'salt', 'words', 'text/plain', 1)")
    await connection.execute("INSERT INTO events VALUES (2, 's-1', 1, 'T', NULL, now(), 'comment:1 is erased')")
    await connection.execute("SELECT erase_sealed('comment:1', 2)")
    row = await connection.fetchrow("SELECT salt, content, erased_position FROM vault")
    assert row is not None
    assert tuple(row) == (b"", b"", 2)
    await connection.execute("INSERT INTO reads (actor, action, subject, authority) VALUES ('a', 'feed', '', 'H09')")
    await connection.close()


async def test_another_number_of_partitions_is_refused(plan: Plan) -> None:
    await upgrade(plan)
    with pytest.raises(PartitionsDifferError):
        await upgrade(replace(plan, partitions=16))


@pytest.mark.parametrize("service", ["assessment", "survey", "scoring", "publication"])
async def test_every_service_begins_with_a_log(database: Databases, service: str) -> None:
    plan = Plan(migrations_of(service), (await database()).url, service, service, 8)
    await upgrade(plan)
    connection = await connected(plan)
    assert await connection.fetchval("SELECT origin FROM log_head") == service
    await connection.close()


def test_a_service_that_is_not_installed_has_no_migrations() -> None:
    with pytest.raises(LookupError, match="pizzeria"):
        migrations_of("pizzeria")


async def _another_process(plan: Plan) -> asyncio.subprocess.Process:
    code = (
        "import asyncio, sys; import pathlib; from parindex.hosting.migrations import Plan, upgrade; "
        "asyncio.run(upgrade(Plan(pathlib.Path(sys.argv[1]), sys.argv[2], 'nobody', 'toy', 8)))"
    )
    arguments = ["-c", code, str(plan.migrations), plan.owner_url]
    return await asyncio.create_subprocess_exec(sys.executable, *arguments)
