"""The `parindex` command, as an operator uses it."""

import asyncio
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts
from parindex.cli import app
from parindex.instant import utc_now
from parindex.servers.rabbitmq_folder import free_ports
from parindex.service import installed_services
from parindex.sign_in.app import issuer_app
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER
from parindex_cli.commands.serve import accounts_file
from parindex_cli.documents.describing import described, drifted, openapi_documents, write

ROOT = Path(__file__).parents[2]
ACCOUNTS = ROOT / "deploy" / "demo" / "accounts.yaml"
COMMAND = [sys.executable, "-c", "from parindex.cli import main; main()"]


def run(*arguments: str, **env: str) -> tuple[int, str]:
    result = CliRunner(env=env).invoke(app, arguments)
    return result.exit_code, result.output


def test_the_version_names_the_installed_services() -> None:
    code, said = run("version")
    assert code == 0
    assert "assessment · publication · scoring · survey" in said


async def test_migrate_brings_a_database_to_the_present(database: Databases) -> None:
    url = (await database()).url
    for _ in range(2):
        code, said = await asyncio.to_thread(run, "migrate", "survey", PARINDEX_OWNER_URL=url)
        assert (code, said) == (0, "survey: bảng đã ở phiên bản mới nhất.\n")


async def test_migrate_says_which_database_is_missing(database: Databases) -> None:
    url = re.sub(r"/test_\d+", "/nowhere", (await database()).url)
    code, said = await asyncio.to_thread(run, "migrate", "survey", PARINDEX_OWNER_URL=url)
    assert code == 1
    assert "Máy chủ không có cơ sở dữ liệu của survey." in said


async def test_migrate_with_another_number_of_partitions_says_both_numbers(database: Databases) -> None:
    url = (await database()).url
    assert (await asyncio.to_thread(run, "migrate", "survey", PARINDEX_OWNER_URL=url))[0] == 0
    partitions = {"PARINDEX_PARTITIONS": "16", "COLUMNS": "200"}
    code, said = await asyncio.to_thread(run, "migrate", "survey", PARINDEX_OWNER_URL=url, **partitions)
    assert code == 1
    assert "The log has 8 partitions, the settings say 16; this number never changes." in said


def test_the_help_of_migrate_names_the_installed_services_and_the_log_of_sign_in() -> None:
    code, said = run("migrate", "--help", COLUMNS="200")
    assert code == 0
    assert "assessment, publication, scoring, survey, sign_in" in said


def test_migrate_knows_only_installed_services() -> None:
    code, said = run("migrate", "pizzeria", PARINDEX_OWNER_URL="postgresql://nowhere/x")
    assert code == 2
    assert "pizzeria" in said


def test_check_names_a_document_that_drifted(tmp_path: Path) -> None:
    assert run("asyncapi", "--folder", str(tmp_path))[0] == 0
    assert run("asyncapi", "--check", "--folder", str(tmp_path)) == (0, "")
    path = tmp_path / "asyncapi.json"
    path.write_text(path.read_text().replace("assessment", "assessing"))
    code, said = run("asyncapi", "--check", "--folder", str(tmp_path))
    assert code == 1
    assert str(path) in said.replace("\n", "")


def test_only_the_documents_that_drifted_are_named(tmp_path: Path) -> None:
    documents = {Path("a.json"): "1", Path("more", "b.json"): "2", Path("c.json"): "3"}
    write(documents, tmp_path)
    (tmp_path / "more" / "b.json").write_text("4")
    (tmp_path / "c.json").unlink()
    assert list(drifted(documents, tmp_path)) == [tmp_path / "more" / "b.json", tmp_path / "c.json"]


def test_the_openapi_documents_in_the_repository_are_the_present_ones() -> None:
    assert list(drifted(openapi_documents(), ROOT / "docs")) == []


@pytest.mark.parametrize("name", ["assessment", "survey", "scoring", "publication"])
def test_every_operation_of_a_service_belongs_to_a_step_or_to_the_kernel(name: str) -> None:
    document = described(installed_services()[name]).openapi()
    known = {tag["name"] for tag in document["tags"]}
    used = {tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]}
    assert used <= known
    assert all(tag["description"] for tag in document["tags"])


@pytest.mark.parametrize("name", ["assessment", "survey", "scoring", "publication", "sign-in"])
def test_every_operation_says_first_in_vietnamese_what_it_does(name: str) -> None:
    services = installed_services()
    app = described(services[name]) if name in services else issuer_app(ISSUER, Accounts([]), utc_now)
    mute = [
        f"{method} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if not is_vietnamese(first_sentence(operation.get("description", "")))
    ]
    assert mute == []


def first_sentence(text: str) -> str:
    return re.split(r"[.;:]\s|\n\n", text)[0]


def is_vietnamese(text: str) -> bool:
    """Return whether a text has a letter that English lacks."""
    return any(letter.isalpha() and not letter.isascii() for letter in text)


def test_the_demo_accounts_open_with_the_documented_passwords() -> None:
    accounts = Accounts.from_file(ACCOUNTS)
    for row in yaml.safe_load(ACCOUNTS.read_text("utf-8"))["accounts"]:
        assert accounts.verify(row["name"], AccountKind(row["kind"]), f"{row['name']}-demo") is not None


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="parindex-cli-"))
    yield folder
    shutil.rmtree(folder)


async def served(folder: Path, port: int) -> asyncio.subprocess.Process:
    arguments = ["serve", "--port", str(port), "--folder", str(folder)]
    pipe = asyncio.subprocess.PIPE
    env = {**os.environ, "COLUMNS": "200"}
    return await asyncio.create_subprocess_exec(*COMMAND, *arguments, stdout=pipe, stderr=pipe, cwd=ROOT, env=env)


async def said_until(process: asyncio.subprocess.Process, word: str) -> str:
    assert process.stdout is not None
    said = ""
    async for line in process.stdout:
        said += line.decode()
        if word in said:
            return said
    assert process.stderr is not None
    raise AssertionError(said + (await process.stderr.read()).decode())


@pytest.mark.slow
async def test_serve_says_where_who_and_how_to_stop_and_stops_at_ctrl_c(folder: Path) -> None:
    [port] = free_ports(1)
    process = await served(folder, port)
    said = await said_until(process, "Ctrl-C")
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=base, timeout=30) as http:
        form = {"grant_type": "password", "username": "so-noi-vu", "password": "so-noi-vu-demo"}
        token = (await http.post("/sign-in/token", data=form)).json()["access_token"]
        rounds = await http.get("/assessment/v1/rounds", headers={"Authorization": f"Bearer {token}"})
    process.send_signal(signal.SIGINT)
    code = await process.wait()
    assert f"{base}/survey/docs" in said
    assert "so-noi-vu-demo" in said
    assert (rounds.status_code, rounds.json()) == (200, [])
    assert code == 0


async def test_serve_names_a_port_that_is_taken_before_it_starts_anything(folder: Path) -> None:
    taken = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1")
    port = taken.sockets[0].getsockname()[1]
    code, said = await asyncio.to_thread(run, "serve", "--port", str(port), "--folder", str(folder))
    taken.close()
    await taken.wait_closed()
    assert code == 1
    assert f"Cổng 127.0.0.1:{port} đang được chương trình khác dùng" in said.replace("\n", " ")
    assert f"ví dụ `make serve PORT={port + 1}`" in said.replace("\n", " ")
    assert not any(os.scandir(folder))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_the_demo_accounts_are_there_on_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert accounts_file(host, None) == Path("deploy/demo/accounts.yaml")


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::", "caicach.example"])
def test_the_demo_accounts_are_not_served_to_the_network(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert accounts_file(host, None) is None
    assert accounts_file(host, ACCOUNTS) == ACCOUNTS
