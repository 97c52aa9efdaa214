"""Caddy, with the Caddyfile that is delivered, before the HTTP processes of all services and of sign-in."""

import asyncio
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.routing import Mount
from starlette.types import ASGIApp

from parindex.servers.rabbitmq_folder import free_ports
from parindex.sign_in.app import mounting_app
from parindex_cli.local.embedded import System

CADDYFILE = Path(__file__).parents[2] / "deploy" / "gateway" / "Caddyfile"
MIB = 2**20
AREA = {"code": "1", "name": "A", "level": "area", "maximum": "1"}
LEAF = {"code": "1.1", "name": "A", "level": "criterion", "parent": "1", "maximum": "1", "rule": {"kind": "yes_no"}}
SET = {"code": "bo", "title": "x", "reference": "x", "criteria": [AREA, LEAF]}
UNITS = [{"code": "H10.01", "name": "x"}]
BLOCKS = [{"code": "so", "name": "x", "criteria_set": "bo", "units": UNITS}]
ROUND = {"authority": "H10", "round": "tep-lon-2026", "year": 2026, "title": "x", "blocks": BLOCKS}

pytestmark = pytest.mark.caddy


@asynccontextmanager
async def process(app: ASGIApp, root_path: str = "") -> AsyncIterator[str]:
    """Serve an app as its container does; yield its address without a scheme."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", root_path=root_path)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listening]))
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task


@pytest.fixture
async def site(embedded_system: System, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of Caddy. Only the addresses of the processes and its own differ from the delivered Caddyfile."""
    mounted = {route.path: route.app for route in embedded_system.app.routes if isinstance(route, Mount)}
    issuer = mounting_app()
    issuer.mount("/sign-in", mounted["/sign-in"])
    [port] = free_ports(1)
    text = CADDYFILE.read_text("utf-8").replace(":8080 {", f"http://127.0.0.1:{port} {{\n\tbind 127.0.0.1", 1)
    async with AsyncExitStack() as stack:
        for name in embedded_system.resources:
            address = await stack.enter_async_context(process(mounted[f"/{name}"], f"/{name}"))
            text = text.replace(f"{name}:8000", address)
        text = text.replace("issuer:8000", await stack.enter_async_context(process(issuer)))
        file = tmp_path / "Caddyfile"
        file.write_text(text, "utf-8")
        caddy = subprocess.Popen(  # noqa: ASYNC220  # it returns at once
            [shutil.which("caddy") or "caddy", "run", "--adapter", "caddyfile", "--config", file],
            env={"HOME": str(tmp_path)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                await answering(client)
                yield client
        finally:
            caddy.terminate()
            caddy.wait()


async def answering(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                (await client.get("/health/live")).raise_for_status()
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


def browser_of(system: System, *rights: str) -> dict[str, str]:
    token = system.token("can-bo", *rights, life=timedelta(hours=1))
    return {"Cookie": f"__Host-parindex={token}", "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


async def test_pages_of_a_person_and_their_style_sheets_are_behind_one_address(
    embedded_system: System, site: httpx.AsyncClient
) -> None:
    front = await site.get("/")
    assert (front.status_code, front.headers["Location"]) == (307, "/publication/")
    bare = await site.get("/assessment")
    assert (bare.status_code, bare.headers["Location"]) == (308, "/assessment/")
    for page in ("/sign-in/", "/assessment/", "/publication/"):
        shown = await site.get(page, headers=browser_of(embedded_system, "unit@H10.01"))
        assert shown.status_code == 200, page
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', shown.text)
        styles = [await site.get(str(shown.url.join(sheet))) for sheet in sheets]
        assert {style.headers["Content-Type"] for style in styles} == {"text/css; charset=utf-8"}, page
        assert {style.status_code for style in styles} == {200}, page
    away = await site.get("/assessment/")
    assert (away.status_code, away.headers["Location"]) == (303, "/sign-in/renew?next=/assessment/")


async def test_a_file_may_be_larger_than_any_other_body(embedded_system: System, site: httpx.AsyncClient) -> None:
    office = {"Authorization": f"Bearer {embedded_system.token('so-noi-vu', 'office@H10')}"}
    for path, body in (("criteria-sets", {"authority": "H10", "criteria_set": SET}), ("rounds", ROUND)):
        (await site.post(f"/assessment/v1/{path}", json=body, headers=office)).raise_for_status()
    unit = {"Authorization": f"Bearer {embedded_system.token('can-bo', 'unit@H10.01')}"}
    named = {"Content-Disposition": 'attachment; filename="a.pdf"'}
    files = f"/assessment/v1/rounds/{ROUND['round']}/units/H10.01/files"
    answer = await site.post(files, content=bytes(17 * MIB), headers=unit | named)
    assert (answer.status_code, answer.json()["code"]) == (422, "file-not-as-named")  # it was read to its end
    page = f"/assessment/rounds/{ROUND['round']}/units/H10.01/files"
    sent = [("file", (f"{name}.pdf", bytes(9 * MIB))) for name in "ab"]
    form = await site.post(page, files=sent, headers=browser_of(embedded_system, "unit@H10.01"))
    assert (form.status_code, "b.pdf" in form.text) == (422, True)


async def test_the_measures_of_processes_are_not_for_the_world(site: httpx.AsyncClient) -> None:
    for name in ("assessment", "survey", "scoring", "publication"):
        assert (await site.get(f"/{name}/metrics")).status_code == 404
        assert (await site.get(f"/{name}/health/live")).status_code == 200
