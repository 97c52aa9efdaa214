"""The databases of an earlier version, with a whole round in them, are upgraded, read, checked and worked with."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from tests.auditing.conftest import until_still

from parindex.auth.principal import Role
from parindex.hosting.databases import DatabaseUrls, plan_of, restrict_to
from parindex.hosting.migrations import upgrade
from parindex.instant import instant
from parindex.service import installed_services
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, NOON, served_in
from parindex_cli.auditing.auditing import Audit, audit
from parindex_cli.local.embedded import System, assembled
from parindex_cli.rounds.gateways import SERVICES
from parindex_cli.testing.journeys import gateway_of

OLDER = Path(__file__).parent / "upgraded"
ROUND = "/v1/rounds/kiem-toan-2026"
APPRAISAL = f"{ROUND}/units/H10.02/appraisal"
ANSWERS: Mapping[str, Any] = json.loads((OLDER / "answers.json").read_text("utf-8"))
OFFICE = "office@H10"
LIVE = "SELECT version FROM readers WHERE name = 'publication.freezing' AND live"
CODES = "SELECT used FROM kiosk_codes"


async def _load(dsn: str, service: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute((OLDER / f"{service}.sql").read_text("utf-8"))
    finally:
        await connection.close()


@pytest.fixture
async def urls_by_service(database: Databases) -> Mapping[str, DatabaseUrls]:
    """The four databases as the earlier version left them, brought to the present by the migrations."""
    urls_by_service = {}
    for name in SERVICES:
        made = await database()
        await restrict_to(made.dsn, name)  # the earlier version's tables belong to the service's role
        await _load(made.dsn, name)
        urls_by_service[name] = DatabaseUrls(database.server.url(made.name, role=name), made.url)
        await upgrade(plan_of(name, urls_by_service[name]))
    return urls_by_service


@asynccontextmanager
async def running(urls_by_service: Mapping[str, DatabaseUrls]) -> AsyncIterator[System]:
    """Run the whole system over the upgraded databases until its readers have read everything."""
    async with assembled(installed_services(), urls_by_service, ISSUER, now=lambda: NOON) as system:
        log = system.resources["publication"].log
        async with asyncio.timeout(120):
            while await log.pool.fetchval(LIVE) != 2:  # noqa: ASYNC110  # the new version reads everything again
                await asyncio.sleep(0.05)
        await until_still(system)
        yield system


@pytest.fixture
async def kept(database: Databases, tmp_path: Path) -> Path:
    """The copy that an auditor kept of the earlier version: its four logs, and its list of editions."""
    folder = tmp_path / "kept"
    (folder / "published").mkdir(parents=True)
    (folder / "published" / "kiem-toan-2026.json").write_text(json.dumps(ANSWERS["editions"]), "utf-8")
    for name in SERVICES:
        made = await database()
        await restrict_to(made.dsn, name)
        await _load(made.dsn, name)
        connection = await asyncpg.connect(made.dsn)
        try:
            rows = await connection.fetch("SELECT position, recorded_at, entry FROM events ORDER BY position")
        finally:
            await connection.close()
        lines = [
            b'{"entry":%b,"position":%d,"recorded_at":"%b"}\n'
            % (row["entry"], row["position"], instant(row["recorded_at"]).encode())
            for row in rows
        ]
        (folder / f"{name}.ndjson").write_bytes(b"".join(lines))
    return folder


async def test_a_copy_that_was_kept_before_the_upgrade_agrees_and_would_show_a_change(
    urls_by_service: Mapping[str, DatabaseUrls], kept: Path, tmp_path: Path
) -> None:
    async with running(urls_by_service) as system:
        same = await audited(system, tmp_path / "same", kept)
        feed = kept / "assessment.ndjson"
        feed.write_bytes(feed.read_bytes().replace(b"H10.02", b"H10.03", 1))
        listed = kept / "published" / "kiem-toan-2026.json"
        listed.write_text(listed.read_text("utf-8").replace("ba0478", "ba0479"), "utf-8")
        other = await audited(system, tmp_path / "other", kept)
    assert same.discrepancies == ()
    assert {each.check for each in other.discrepancies} == {"K1", "K3"}


async def audited(system: System, folder: Path, kept: Path | None = None) -> Audit:
    async with gateway_of(system) as gateway:
        token = await gateway.token(Role.AUDITOR, "H10")
        for client in gateway.clients.values():
            client.headers["Authorization"] = f"Bearer {token}"
        return await audit(gateway.clients, folder, lambda _: None, kept)


async def posted(system: System, path: str, body: Any, *rights: str) -> httpx.Response:
    async with system.client(rights[0], *rights) as http:  # who seals does not announce
        answer = await http.post(path, json=body)
    assert answer.status_code == 201, answer.text
    await until_still(system)
    return answer


async def until_ready_to_freeze(system: System) -> None:
    """Wait until scoring has settled the round, which it does by itself some time after it has read the closing."""
    async with system.client("so-noi-vu", OFFICE) as http, asyncio.timeout(120):
        while not (await http.get(f"/publication{ROUND}/freezing")).json().get("ready"):  # noqa: ASYNC110  # its work
            await asyncio.sleep(0.05)


async def test_what_was_announced_is_answered_as_before_and_the_audit_finds_nothing(
    urls_by_service: Mapping[str, DatabaseUrls], tmp_path: Path
) -> None:
    async with running(urls_by_service) as system:
        async with system.client() as http:
            result = (await http.get(f"/publication{ROUND}/result")).json()
            editions = (await http.get(f"/publication{ROUND}/editions")).json()["editions"]
        found = await audited(system, tmp_path)
    assert shortened(result, ANSWERS["result"]) == ANSWERS["result"]
    assert shortened(editions, ANSWERS["editions"]["editions"]) == ANSWERS["editions"]["editions"]
    assert found.discrepancies == ()
    of_scoring = found.unrecounted["scoring"]  # the earlier version did not record what it computed from
    assert 0 < of_scoring.values < of_scoring.of
    assert found.editions == 2
    assert all(found.entries.values())


def shortened(now: Any, before: Any) -> Any:
    """Return an answer of today with the members alone that the earlier answer had: answers only grow."""
    match before:
        case dict():
            return {name: shortened(now[name], each) for name, each in before.items()}
        case list():
            assert len(now) == len(before)
            return [shortened(*pair) for pair in zip(now, before, strict=True)]
        case _:
            return now


async def test_sealing_is_refused_until_publication_has_read_the_other_services_again(
    urls_by_service: Mapping[str, DatabaseUrls],
) -> None:
    at = f"{ROUND}/freezing"
    async with (
        served_in(urls_by_service["publication"], installed_services()["publication"], lambda: NOON) as doors,
        doors.http("so-noi-vu", OFFICE) as http,
    ):
        while_rereading = await http.get(at)
        assert await doors.log.pool.fetchval(LIVE) == 1
        sealed = await http.post(f"{ROUND}/editions", json={"reason": "Sửa"})
    assert [each.status_code for each in (while_rereading, sealed)] == [503, 503]
    assert {each.json()["code"] for each in (while_rereading, sealed)} == {"still-rereading"}
    async with running(urls_by_service) as system, system.client("so-noi-vu", OFFICE) as http:
        async with asyncio.timeout(60):
            while (afterwards := await http.get(f"/publication{at}")).status_code == 503:  # noqa: ASYNC110  # its work
                await asyncio.sleep(0.05)
        assert afterwards.json()["ready"] is True
        assert await system.resources["publication"].log.pool.fetchval(LIVE) == 2


async def test_a_further_correction_is_sealed_after_the_upgrade(
    urls_by_service: Mapping[str, DatabaseUrls], tmp_path: Path
) -> None:
    async with running(urls_by_service) as system:
        await posted(system, f"/assessment{ROUND}/reopening", {"reason": "Rà soát lại", "units": ["H10.02"]}, OFFICE)
        findings = [{"criterion": "1.5", "points": "1", "comment": "Thiếu tài liệu"}]
        await posted(system, f"/assessment{APPRAISAL}/findings", findings, OFFICE)
        await posted(system, f"/assessment{APPRAISAL}/completion", {}, OFFICE)
        await posted(system, f"/assessment{ROUND}/closing", {}, OFFICE)
        await until_ready_to_freeze(system)
        await posted(system, f"/publication{ROUND}/editions", {"reason": "Đính chính sau rà soát"}, OFFICE)
        await posted(system, f"/publication{ROUND}/editions/3/announcement", {}, "publisher@H10")
        found = await audited(system, tmp_path)
        async with system.client() as http:
            editions = (await http.get(f"/publication{ROUND}/editions")).json()["editions"]
    assert found.discrepancies == ()
    assert found.editions == 3
    by_number = {each["edition"]: each for each in editions}
    assert by_number[3]["supersedes"] == by_number[2]["checksum"] == ANSWERS["editions"]["editions"][1]["checksum"]


async def test_devices_of_the_earlier_version_go_on_and_its_unused_code_works(
    urls_by_service: Mapping[str, DatabaseUrls],
) -> None:
    secrets = ANSWERS["devices"]
    press = [{"seq": 11, "option": "5", "pressed_at": "2026-06-02T01:00:00.000000Z"}]
    async with AsyncExitStack() as stack:
        system = await stack.enter_async_context(running(urls_by_service))
        http = await stack.enter_async_context(system.client())
        device = {"Authorization": f"Bearer {secrets['k1']}"}
        pressed = await http.post("/survey/v1/kiosks/k1/ratings", json=press, headers=device)
        assert pressed.status_code == 201, pressed.text
        [code] = await system.resources["survey"].log.pool.fetch(CODES)
        assert code["used"] is False
        key = {"Idempotency-Key": "doi-ma-k3"}
        answers = [
            await http.post("/survey/v1/kiosks/k3/enrolment", json={"code": secrets["k3"]}, headers=key)
            for _ in range(2)
        ]
    assert {each.status_code for each in answers} <= {200, 201}
    assert answers[0].json()["token"] == answers[1].json()["token"]
