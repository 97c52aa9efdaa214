"""`parindex explain` as a person types it: what it writes, where, and what it refuses with which exit code."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.accounts_file import Account
from parindex.auth.principal import Right
from parindex.cli import app
from parindex.hosting.server import listening
from parindex.service import installed_services
from parindex.testing.passwords import QUICK
from parindex.testing.postgres import Databases
from parindex_cli.testing.embedded import system_over
from parindex_cli.testing.journeys import drive, gateway_of

ROUND_FILE = Path(__file__).parents[3] / "deploy" / "demo" / "two-appraisals.yaml"
ASKED = ("two-appraisals", "H97.01", "1.2")
PASSWORD = "mật khẩu của tôi"
RIGHTS = ("unit@H97.01", "unit@H97.02", "office@H97")
AWAY = "http://127.0.0.1:9"


def typed(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, ["explain", *arguments])


def refused(result: Result, said: str) -> None:
    """Check that a command said why it refused, in words, with exit code 1."""
    assert type(result.exception) is SystemExit
    assert (result.exit_code, said in result.output) == (1, True), result.output


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    file = tmp_path / "accounts.yaml"
    file.write_text(yaml.safe_dump({each: {"name": each, "password": PASSWORD} for each in RIGHTS}), encoding="utf-8")
    return file


@pytest.fixture
async def site(database: Databases) -> AsyncIterator[str]:
    """A system in which a round was driven to its end, behind an address."""
    stored = hash_password(PASSWORD, QUICK)
    people = [
        Account(each, AccountKind.PERSON, stored, (Right.parse(each),), f"a{at:08}") for at, each in enumerate(RIGHTS)
    ]
    async with system_over(database, installed_services(), accounts=Accounts(people, QUICK)) as system:
        async with gateway_of(system) as gateway:
            await drive(gateway, ROUND_FILE)
        async with listening(system.app) as url:
            yield url


async def test_the_document_is_written_once_and_what_is_wrong_is_refused_in_words(
    site: str, credentials: Path, tmp_path: Path
) -> None:
    async def asks(*arguments: str, criterion: tuple[str, str, str] = ASKED) -> Result:
        way = ("--gateway", site, "--credentials", str(credentials))
        return await asyncio.to_thread(typed, *criterion, *way, *arguments)

    shown = await asks()
    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith("Vì sao được điểm này? Why these points?\n1.2 ")
    assert "CÁCH TÍNH VÀ CÁC BƯỚC" in shown.output
    assert re.search(r"^Lập lúc \d\d:\d\d ngày \d\d/\d\d/\d{4}$", shown.output, re.MULTILINE)
    as_office = (await asks("--as", "office@H97")).output
    assert as_office.splitlines()[3:] == shown.output.splitlines()[3:]
    early = await asks("--at", "2020-01-01T07:00:00+07:00")
    assert "Lúc 07:00 ngày 01/01/2020" in early.output
    assert "Diễn giải: Lúc đó chưa có dữ liệu nào" in early.output

    file = tmp_path / "vi-sao.html"
    written = await asks("--to", str(file))
    assert (written.exit_code, written.output) == (0, f"Đã ghi {file}. Wrote {file}.\n")
    content = file.read_bytes()
    assert content.startswith(b"<!doctype html>")
    refused(await asks("--to", str(file)), "Đã có tệp")
    assert file.read_bytes() == content
    refused(await asks("--to", str(tmp_path / "khong-co" / "a.html")), "Không đọc hay ghi được tệp")

    refused(await asks("--as", "unit@H97.02"), "quyền")
    refused(await asks("--as", "auditor@H97"), "Tệp tài khoản không có “auditor@H97”")
    round_id, unit, code = ASKED
    unknown = [("khong-co", unit, code), (round_id, "H97.09", code)]
    unknown += [(round_id, unit, wrong) for wrong in ("9.9", "1", "1.2?x", "../1.2")]
    other = tmp_path / "khac.html"
    for criterion in unknown:
        refused(await asks("--as", "office@H97", "--to", str(other), criterion=criterion), "derivation")
    assert not other.exists()
    refused(await asks("--at", "hom-qua"), "at")


@pytest.mark.parametrize("right", ["unit", "unit@", "nobody@H97", "@H97"])
def test_a_right_that_is_none_is_an_error_of_usage(right: str) -> None:
    result = typed(*ASKED, "--as", right)
    assert (result.exit_code, "vai@mã" in result.output) == (2, True), result.output


@pytest.mark.parametrize("wrong", [("--position", "-1"), ("--position", "x"), ("--no-such",)])
def test_an_option_that_is_wrong_is_an_error_of_usage(wrong: tuple[str, ...]) -> None:
    assert typed(*ASKED, *wrong).exit_code == 2
    assert typed(*ASKED[:2]).exit_code == 2


def test_without_a_way_in_or_a_system_nothing_is_written(credentials: Path, tmp_path: Path) -> None:
    file = tmp_path / "vi-sao.html"
    to = ("--to", str(file))
    refused(typed(*ASKED, *to), "Cần thêm --signing-key hoặc --credentials")
    refused(typed(*ASKED, *to, "--credentials", str(tmp_path / "none.yaml")), "Không có tệp")
    refused(typed(*ASKED, *to, "--gateway", AWAY, "--credentials", str(credentials)), "hệ thống đã chạy chưa")
    refused(typed(*ASKED, *to, "--gateway", "nowhere", "--credentials", str(credentials)), "nowhere")
    assert not file.exists()
