"""`parindex doctor` names each problem with its remedy."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Mount
from typer.testing import CliRunner

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts
from parindex.auth.accounts_file import Account
from parindex.auth.principal import Right
from parindex.bus.lease import try_lease
from parindex.cli import app
from parindex.contracts.survey import TallyUpdated
from parindex.doctor.findings import ENOUGH, GIB, Diagnosis, history, is_well, look_at_disk
from parindex.doctor.from_inside import MOVES_WITHIN_S, examine_service
from parindex.doctor.from_outside import examine_gateway, examine_process
from parindex.eventstore.appending import Append, Decided, StreamHead
from parindex.eventstore.registry import Recorded, Translation, partition_of
from parindex.hosting.databases import DatabaseUrls, settings_in
from parindex.hosting.settings import BusKind, Settings
from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served, signed_in
from parindex.testing.shop import metadata
from parindex.testing.toy import MIGRATIONS, SERVICE, PizzaOrdered
from parindex_cli.testing.embedded import system_over

PARK = """
INSERT INTO parked (reader, source, partition, position, stream, contract, error)
VALUES ('toy.reading:1', 'shop', 0, 1, 's', '', 'PoisonError')
"""


@pytest_asyncio.fixture
async def toy(database: Databases) -> AsyncIterator[Served]:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy:
        yield toy


@asynccontextmanager
async def looking_at(toy: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(toy.app), base_url="http://toy") as http:
        yield http


def wrong(found: Sequence[Diagnosis]) -> list[str]:
    return [diagnosis.trouble.en for diagnosis in found if diagnosis.trouble is not None]


async def examined(settings: Settings, moves_within: float = MOVES_WITHIN_S) -> list[Diagnosis]:
    return [diagnosis async for diagnosis in examine_service(SERVICE, settings, moves_within)]


async def test_a_healthy_process_has_nothing_wrong(toy: Served) -> None:
    async with looking_at(toy) as http:
        found = await examine_process(http, "toy")
    assert is_well(found)
    assert [diagnosis.what for diagnosis in found] == ["toy: toy", "toy: contracts"]


async def test_a_system_that_is_away_is_said_to_be() -> None:
    [port] = free_ports(1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        found = await examine_gateway(http, ["assessment", "survey"])
    assert wrong(found) == ["Does not answer (ConnectError)."] * 2


async def test_parked_contracts_are_counted_and_point_at_the_runbook(toy: Served) -> None:
    await toy.log.pool.execute(PARK)
    async with looking_at(toy) as http:
        [_, _, parked] = await examine_process(http, "toy")
    assert "1 contracts are parked" in wrong([parked])[0]
    assert parked.remedy is not None
    assert "deploy/runbooks/parked-contracts.md" in parked.remedy.en


async def test_a_restored_source_points_at_the_runbook() -> None:
    error = "Can't read on: scoring.computing:1 ← survey/3: EpochChangedError"
    check = {"name": "readers", "ok": False, "vi": error, "en": error}

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("ready"):
            return httpx.Response(503, json={"service": "scoring", "ready": False, "checks": [check]})
        return httpx.Response(404)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://toy") as http:
        [found] = await examine_process(http, "scoring")
    assert found.remedy is not None
    assert "restore-a-database" in found.remedy.en
    assert wrong([found]) == ["survey was restored from an earlier copy; its reader has stopped."]


async def test_a_service_is_examined_by_its_settings(toy: Served) -> None:
    found = await examined(toy.resources.settings)
    assert wrong(found) == []
    await toy.log.pool.execute(PARK)
    assert len(wrong(await examined(toy.resources.settings))) == 1


def test_a_history_that_was_not_read_is_not_called_checked() -> None:
    read, unread = history("toy", [], whole=True), history("toy", [], whole=False)
    assert read.what == "toy: sổ / history"
    assert "not read whole" in unread.what


async def test_a_missing_database_is_named(toy: Served) -> None:
    url = toy.resources.settings.database_url + "_gone"
    assert url.count("_gone") == 1
    nowhere = settings_in(DatabaseUrls(url.replace("?host", "_gone?host").removesuffix("_gone"), url))
    assert wrong(await examined(nowhere)) == ["The server has no database for toy."]


async def test_projections_that_do_not_move_are_named(toy: Served) -> None:
    async with toy.http("fan", "office@H09") as http:
        await http.post("/v1/shops/H09.05/orders", json={"count": 1})  # without a bus process
    await toy.log.pool.execute(
        "INSERT INTO reader_positions (reader, source, partition) VALUES ('projection:pizza_orders:1', 'toy', 0)"
        " ON CONFLICT DO NOTHING"
    )
    found = await examined(toy.resources.settings, moves_within=0.6)
    assert wrong(found) == ["Stalled with a backlog: projection:pizza_orders:1."]


async def test_a_broker_that_is_away_and_a_relay_that_does_not_run_are_named(toy: Served) -> None:
    [port] = free_ports(1)
    away = {"bus": BusKind.RABBITMQ, "amqp_url": f"amqp://127.0.0.1:{port}/"}
    settings = toy.resources.settings.model_copy(update=away)
    broker, relay = wrong(await examined(settings))
    assert "Can't connect" in broker
    assert relay == "No relay is running."
    async with try_lease(toy.log):
        assert len(wrong(await examined(settings))) == 1


def ordered(shop: str, _: StreamHead) -> Decided:
    return Decided([PizzaOrdered(shop, 1)])


async def test_a_changed_history_is_named_by_the_doctor_from_outside_and_from_inside(toy: Served) -> None:
    gateway = Starlette(routes=[Mount("/toy", toy.app)])
    token = signed_in("kiem-toan", "auditor@H09")["Authorization"].removeprefix("Bearer ")

    async def from_outside() -> list[Diagnosis]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway), base_url="http://toy") as http:
            return await examine_gateway(http, ["toy"], token)

    for shop in ("lo-1", "lo-2", "lo-3"):
        await toy.log.append(Append(f"oven-{shop}", metadata(), partial(ordered, shop)))
    assert (wrong(await from_outside()), wrong(await examined(toy.resources.settings, moves_within=0))) == ([], [])
    await toy.log.pool.execute("ALTER TABLE events DISABLE TRIGGER events_append_only")
    await toy.log.pool.execute(
        "UPDATE events SET entry = convert_to(replace(convert_from(entry, 'UTF8'), 'lo-2', 'lo-9'), 'UTF8')"
    )
    for found in (await from_outside(), await examined(toy.resources.settings, moves_within=0)):
        [said] = wrong(found)
        assert said.startswith("Changed outside the program: L03 toy/3")
        assert "try again" not in said
        [remedy] = [diagnosis.remedy.en for diagnosis in found if diagnosis.remedy]
        assert "a-changed-history" in remedy


async def test_the_log_of_sign_in_is_examined_where_there_is_one(database: Databases) -> None:
    accounts = Accounts([Account("lan", AccountKind.PERSON, "x", (Right.parse("office@H09"),), "a00000lan")])
    async with system_over(database, {}, accounts=accounts, rights_logged=True) as system:
        token = system.token("kiem-toan", "auditor@H09")
        async with system.client() as http:
            [well] = await examine_gateway(http, [], token)
            assert (well.trouble, well.what) == (None, "sign_in: sổ / history")
            owner = await asyncpg.connect(database.made[-1].dsn)
            await owner.execute("SET session_replication_role = replica")
            await owner.execute("UPDATE vault SET content = 'binh'")
            await owner.close()
            [said] = wrong(await examine_gateway(http, [], token))
    assert said.startswith("Changed outside the program: L16")


async def test_a_sign_in_elsewhere_is_not_called_checked_and_one_that_is_away_is_named() -> None:
    async def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(404, text="no such page")

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://toy") as http:
        [found] = await examine_gateway(http, [], "token")
    assert found.trouble is None
    assert "signs in elsewhere, not checked" in found.what
    [port] = free_ports(1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        assert wrong(await examine_gateway(http, [], "token")) == ["Does not answer (ConnectError)."]


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="parindex-doctor-"))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("total", "free", "full"),
    [
        (100 * GIB, 10 * GIB, False),
        (100 * GIB, 10 * GIB - 1, True),
        (1_000 * GIB, ENOUGH, False),
        (1_000 * GIB, ENOUGH - 1, True),
    ],
)
def test_a_disk_without_room_is_named(folder: Path, total: int, free: int, full: bool) -> None:
    found = look_at_disk(folder, lambda _: (total, total - free, free))
    assert (found.trouble is not None) is full
    assert ("free" in wrong([found])[0]) if full else not wrong([found])


async def test_the_command_says_it_in_both_languages_and_by_its_exit_code(folder: Path) -> None:
    [port] = free_ports(1)
    words = ["doctor", "--gateway", f"http://127.0.0.1:{port}", "--folder", str(folder)]
    result = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert result.exit_code == 1
    assert "✗ survey" in result.output
    assert "Không trả lời" in result.output
    assert "Does not answer" in result.output


def never_told(recorded: Recorded) -> TallyUpdated:
    raise LookupError(recorded.fact.shop)


async def test_an_entry_without_its_contract_is_named_and_closes_no_door(database: Databases) -> None:
    told: dict[type, Translation] = {PizzaOrdered: Translation(never_told, about=lambda fact: fact.shop)}
    defective = replace(SERVICE, types=replace(SERVICE.types, translations=told))
    async with served(database, defective, migrations=MIGRATIONS) as toy, looking_at(toy) as http:
        await toy.log.append(Append("oven-s", metadata(), lambda _: Decided([PizzaOrdered("s", 1)])))
        asked = {"partition": partition_of("s", toy.log.partitions)}
        answer = await toy.http("scoring", "service@services").get("/v1/contracts", params=asked)
        assert (answer.status_code, answer.json()["code"]) == (503, "entry-untranslated")
        [said] = [diagnosis for diagnosis in await examine_process(http, "toy") if diagnosis.trouble]
        assert said.trouble is not None
        assert "toy/1 PizzaOrdered (LookupError)" in said.trouble.en
        assert said.remedy is not None
        assert "parked-entries.md" in said.remedy.en
        assert (await http.get("/health/ready")).status_code == 200
