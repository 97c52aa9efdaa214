"""The log of accounts records all rights over time; names are only in its vault, and a route opens them."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import yaml
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.accounts_file import Account
from parindex.auth.principal import Right
from parindex.eventstore.log import Log
from parindex.hosting.databases import DatabaseUrls, plan_of, restrict_to, settings_in
from parindex.hosting.migrations import migrations_of, upgrade
from parindex.hosting.resources import open_resources
from parindex.sign_in.app import issuer_app
from parindex.sign_in.following import registering, rereading
from parindex.sign_in.register import LOOK_EVERY, Register
from parindex.sign_in.service import NAME, PACKAGE, SIGN_IN
from parindex.testing.passwords import QUICK
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, NOON

HASH = hash_password("đúng mật khẩu", QUICK)
LAN = Account(
    "nguyễn.thị.lan", AccountKind.PERSON, HASH, (Right.parse("office@H09"), Right.parse("unit@H62.01")), "a00000lan"
)
VNPT = Account("vnpt", AccountKind.CLIENT, HASH, (Right.parse("unit@H09.05"),))


@pytest.fixture
async def urls(database: Databases) -> DatabaseUrls:
    async def migrate(dsn: str) -> None:
        await restrict_to(dsn, NAME)
        await upgrade(plan_of(NAME, DatabaseUrls(dsn, dsn), lambda _: migrations_of(PACKAGE)))

    found = await database(NAME, migrate)
    await migrate(found.dsn)
    return DatabaseUrls(database.server.url(found.name, role=NAME), found.url)


@pytest.fixture
async def log(urls: DatabaseUrls) -> AsyncIterator[Log]:
    async with open_resources(SIGN_IN, settings_in(urls), lambda: NOON) as held:
        yield held.log


async def test_the_text_of_a_database_error_has_no_value_of_a_row(urls: DatabaseUrls) -> None:
    async with open_resources(SIGN_IN, settings_in(urls), lambda: NOON) as held, held.engine.connect() as connection:
        with pytest.raises(DBAPIError) as failed:
            await connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Lan"})
    assert "nowhere" in str(failed.value)
    assert "Lan" not in str(failed.value)  # the text is logged


async def keep(log: Log, *accounts: Account) -> list[tuple[str, str, dict[str, Any]]]:
    """Record these accounts, and return the new events: type, authority, data without the commitment."""
    before = await log.head()
    await Register(log, ISSUER, Accounts(accounts, QUICK), lambda: NOON).keep()
    entries = [each.entry for each in await log.read_after(before)]
    return [
        (entry.type, entry.authority, {k: v for k, v in json.loads(bytes(entry.data)).items() if k != "name"})
        for entry in entries
    ]


async def test_what_the_file_says_is_in_the_log_once_and_without_a_name(log: Log) -> None:
    lan, vnpt = "a00000lan", ISSUER.id_of(VNPT)
    assert await keep(log, LAN, VNPT) == [
        ("AccountAdded", "installation", {"account": lan, "kind": "person"}),
        ("RightGranted", "H09", {"account": lan, "right": "office@H09"}),
        ("RightGranted", "H62.01", {"account": lan, "right": "unit@H62.01"}),
        ("AccountAdded", "installation", {"account": vnpt, "kind": "client"}),
        ("RightGranted", "H09.05", {"account": vnpt, "right": "unit@H09.05"}),
    ]
    assert await keep(log, LAN, VNPT) == []
    raw = b"".join(row["entry"] for row in await log.pool.fetch("SELECT entry FROM events"))
    assert "lan" not in raw.decode().replace("a00000lan", "")
    assert "vnpt" not in raw.decode()
    assert HASH.rpartition("$")[2] not in raw.decode()
    assert {each.entry.actor for each in await log.read_after(0)} == {"operator"}


@pytest.mark.parametrize(
    ("change", "added"),
    [
        ({"password_hash": hash_password("khác", QUICK)}, [("PasswordChanged", "installation", {})]),
        ({"name": "trần.thị.lan"}, [("AccountRenamed", "installation", {})]),
        ({"rights": LAN.rights[:1]}, [("RightEnded", "H62.01", {"right": "unit@H62.01"})]),
        (
            {"rights": (Right.parse("council@H09"),)},
            [
                ("RightEnded", "H09", {"right": "office@H09"}),
                ("RightEnded", "H62.01", {"right": "unit@H62.01"}),
                ("RightGranted", "H09", {"right": "council@H09"}),
            ],
        ),
    ],
)
async def test_every_change_is_an_event(log: Log, change: dict[str, Any], added: list[Any]) -> None:
    await keep(log, LAN)
    expected = [(name, node, {"account": LAN.id, **data}) for name, node, data in added]
    assert await keep(log, replace(LAN, **change)) == expected
    assert await keep(log, replace(LAN, **change)) == []


async def test_who_is_in_the_file_no_more_has_no_right_and_may_come_back(log: Log) -> None:
    await keep(log, LAN)
    assert [name for name, _, _ in await keep(log)] == ["RightEnded", "RightEnded", "AccountRemoved"]
    assert await keep(log) == []
    assert [name for name, _, _ in await keep(log, LAN)] == ["AccountAdded", "RightGranted", "RightGranted"]


async def test_several_processes_that_start_at_once_add_everything_once(urls: DatabaseUrls) -> None:
    many = [LAN, VNPT, *(replace(VNPT, name=f"vnpt-{number}") for number in range(5))]
    async with AsyncExitStack() as stack:
        logs = [
            (await stack.enter_async_context(open_resources(SIGN_IN, settings_in(urls), lambda: NOON))).log
            for _ in range(3)
        ]
        await asyncio.gather(*(Register(log, ISSUER, Accounts(many, QUICK), lambda: NOON).keep() for log in logs))
        types = [each.entry.type for each in await logs[0].read_after(0)]
    assert (types.count("AccountAdded"), types.count("RightGranted"), len(types)) == (7, 8, 15)


@pytest.fixture
async def http(urls: DatabaseUrls) -> AsyncIterator[AsyncClient]:
    accounts = Accounts([LAN, VNPT], QUICK)
    async with registering(settings_in(urls), ISSUER, accounts, lambda: NOON) as held:
        app = issuer_app(ISSUER, accounts, lambda: NOON, held)
        async with AsyncClient(transport=ASGITransport(app), base_url="http://round") as http:
            yield http


async def asked(http: AsyncClient, path: str, *rights: str) -> httpx.Response:
    token = ISSUER.mint("somebody", rights, timedelta(minutes=5), NOON)
    return await http.get(path, headers={"Authorization": f"Bearer {token}"})


async def test_who_an_id_is_those_know_at_whose_node_it_has_a_right(http: AsyncClient) -> None:
    found = (await asked(http, "/v1/accounts/a00000lan", "auditor@H09")).json()
    assert (found["name"], found["name_is"], found["rights"], found["ended"]) == (
        "nguyễn.thị.lan",
        "verified",
        ["office@H09"],
        [],
    )
    assert (await asked(http, "/v1/accounts/a00000lan", "office@H62")).json()["rights"] == ["unit@H62.01"]


@pytest.mark.parametrize(
    ("rights", "status"),
    [(["auditor@H10"], 404), (["unit@H09"], 403), (["auditor@H09.05"], 404), ([], 403), (["surveyor@H09"], 403)],
)
async def test_no_other_account_learns_even_that_it_exists(http: AsyncClient, rights: list[str], status: int) -> None:
    assert (await asked(http, "/v1/accounts/a00000lan", *rights)).status_code == status
    assert (await asked(http, "/v1/accounts/a-that-is-none", *rights)).status_code == status
    assert (await http.get("/v1/accounts/a00000lan")).status_code == 401


async def test_a_name_that_was_changed_in_the_vault_is_not_shown(http: AsyncClient, urls: DatabaseUrls) -> None:
    owner = await asyncpg.connect(urls.owner_url.replace("+asyncpg", ""))
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("UPDATE vault SET content = 'trần.văn.khác'")
    await owner.close()
    found = (await asked(http, "/v1/accounts/a00000lan", "auditor@H09")).json()
    assert found["name_is"] == "tampered"
    assert "khác" not in found["name"]


async def test_auditors_read_the_rights_of_their_nodes_and_hashes_of_all_else(http: AsyncClient) -> None:
    answer = await asked(http, "/v1/feed", "auditor@H09")
    entries = [line["entry"] for line in map(json.loads, answer.text.splitlines()) if "entry" in line]
    assert [(entry["type"], entry["data"]["right"]) for entry in entries if entry["type"] == "RightGranted"] == [
        ("RightGranted", "office@H09"),
        ("RightGranted", "unit@H09.05"),
    ]
    assert {entry["authority"] for entry in entries} == {"H09", "H09.05"}


async def test_the_name_of_an_account_is_opened_for_auditors_of_each_node_where_it_has_a_right(
    http: AsyncClient,
) -> None:
    granted = (await asked(http, "/v1/feed", "auditor@H62")).text
    [name] = re.findall(r"account-name:[0-9a-f]{64}", granted)

    async def opened(right: str, count: int = 1) -> httpx.Response:
        token = ISSUER.mint("somebody", [right], timedelta(minutes=5), NOON)
        commitments = [name, *(f"{'d' * 40}:{number:064x}" for number in range(1, count))]
        headers = {"Authorization": f"Bearer {token}"}
        return await http.post("/v1/openings", json={"commitments": commitments}, headers=headers)

    for right in ("auditor@installation", "auditor@H09", "auditor@H62.01"):
        [found] = (await opened(right)).json()["openings"]
        assert (found["opening"], found["text"]) == ("verified", "nguyễn.thị.lan")
    [hidden] = (await opened("auditor@H10")).json()["openings"]
    assert (hidden["opening"], hidden["text"]) == ("missing", "")
    assert len((await opened("auditor@H09", 1000)).json()["openings"]) == 1000  # the documented maximum


async def test_who_is_written_into_the_file_may_sign_in_without_a_restart(
    urls: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "accounts.yaml"

    def write(*names: str) -> None:
        rows = [{"name": name, "kind": "person", "password_hash": HASH, "rights": ["office@H09"]} for name in names]
        path.write_text(yaml.safe_dump({"accounts": rows}), "utf-8")

    monkeypatch.setattr("parindex.sign_in.register.LOOK_EVERY", LOOK_EVERY / 100)
    write("lan")
    accounts = Accounts.from_file(path, QUICK)
    async with registering(settings_in(urls), ISSUER, accounts, lambda: NOON) as held:
        assert await held.log.head() == 2
        write("lan", "binh")
        async with asyncio.timeout(60):
            while await held.log.head() < 4:
                await held.log.watcher.wait_past(await held.log.head(), None, 0.1)
        assert accounts.verify("binh", AccountKind.PERSON, "đúng mật khẩu") is not None
        path.write_text("accounts: [", "utf-8")
        await asyncio.to_thread(write, "binh")
        async with asyncio.timeout(60):
            while await held.log.head() < 6:
                await held.log.watcher.wait_past(await held.log.head(), None, 0.1)
        assert accounts.verify("lan", AccountKind.PERSON, "đúng mật khẩu") is None


async def test_an_issuer_without_a_log_follows_its_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "accounts.yaml"

    def write(name: str) -> None:
        row = {"name": name, "kind": "person", "password_hash": HASH, "rights": ["office@H09"]}
        path.write_text(yaml.safe_dump({"accounts": [row]}), "utf-8")

    monkeypatch.setattr("parindex.sign_in.register.LOOK_EVERY", LOOK_EVERY / 100)
    write("lan")
    accounts = Accounts.from_file(path, QUICK)
    async with rereading(accounts):
        for name in ("binh", "chi"):
            path.write_text("accounts: [", "utf-8")  # a file that is just being written
            await asyncio.to_thread(write, name)
            async with asyncio.timeout(60):
                while [account.name for account in accounts.all] != [name]:  # noqa: ASYNC110  # another task reads it
                    await asyncio.sleep(LOOK_EVERY / 100)


async def test_an_account_that_is_added_while_the_database_is_in_trouble_is_kept_afterwards(
    urls: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "accounts.yaml"

    def write(*names: str) -> None:
        rows = [{"name": name, "kind": "person", "password_hash": HASH, "rights": ["office@H09"]} for name in names]
        path.write_text(yaml.safe_dump({"accounts": rows}), "utf-8")

    monkeypatch.setattr("parindex.sign_in.register.LOOK_EVERY", LOOK_EVERY / 100)
    write("lan")
    owner = await asyncpg.connect(urls.owner_url.replace("+asyncpg", ""))
    async with registering(settings_in(urls), ISSUER, Accounts.from_file(path, QUICK), lambda: NOON) as held:
        with capture_logs() as logs:
            await owner.execute("ALTER TABLE streams RENAME TO streams_elsewhere")
            write("lan", "binh")
            async with asyncio.timeout(60):
                while len([line for line in logs if line["event"] == "accounts_not_kept"]) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        assert await held.log.head() == 2
        await owner.execute("ALTER TABLE streams_elsewhere RENAME TO streams")
        await owner.close()
        async with asyncio.timeout(60):
            while await held.log.head() < 4:
                await held.log.watcher.wait_past(await held.log.head(), None, 0.1)
        assert [each.entry.type for each in await held.log.read_after(2)] == ["AccountAdded", "RightGranted"]
