"""An audit lists what it could not check, and reports it neither as tampered nor as agreeing."""

from collections.abc import Mapping
from contextlib import nullcontext
from io import StringIO
from pathlib import Path

import httpx
import pytest
from rich.console import Console
from tests.auditing.conftest import doors_over
from tests.auditing.forging import Forger, Row, last

from parindex.auth.principal import Role
from parindex.eventstore.discrepancy import Discrepancy, Unchecked
from parindex.testing.postgres import Database
from parindex.testing.serving import signed_in
from parindex_cli.auditing.asking import AuditEndedError
from parindex_cli.auditing.auditing import Audit, NoRoundOfAuthorityError, audit, check_has_round, stated_by
from parindex_cli.auditing.copying import Copy
from parindex_cli.commands.audit import AGREES, REST_AGREES, audited, show
from parindex_cli.rounds.sending import Gateway


def printed(found: Audit) -> str:
    console = Console(file=StringIO(), width=300)
    show(found, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


async def test_a_service_says_that_its_log_is_too_long_to_check_itself() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"whole": False, "discrepancies": []})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://survey") as client:
        assert not (await stated_by(client)).whole


def test_an_audit_that_left_columns_out_does_not_say_that_everything_agrees() -> None:
    assert AGREES in printed(Audit((), {"survey": 7}, 1))
    unread = printed(Audit((), {"survey": 7}, 1, unread=("survey",)))
    assert AGREES not in unread
    assert "survey: sổ quá dài" in unread


def test_lines_that_could_not_be_recomputed_are_counted_and_nothing_is_said_to_agree_in_all() -> None:
    text = printed(Audit((), {"scoring": 7}, 1, unrecounted={"scoring": Unchecked(12, 40)}))
    assert AGREES not in text
    assert REST_AGREES in text
    assert "scoring: 12 trên 40 dòng điểm" in text


async def test_inputs_that_a_restore_of_their_source_has_lost_are_counted_and_are_no_discrepancy(
    databases: Mapping[str, Database], tmp_path: Path
) -> None:
    forger = Forger({name: each.dsn for name, each in databases.items()}, chains=True)

    def change(rows: list[Row]) -> None:
        row = last(rows, "FindingsReceived", unit="H10.02")
        row.change(position=row.entry["data"]["position"] + 1_000_000)

    await forger.rewrite("scoring", change)
    await forger.execute("assessment", "UPDATE log_head SET epoch = 2")
    async with doors_over(databases) as clients:
        found = await audit(clients, tmp_path, lambda _: None, recompute=False)
    assert [each for each in found.discrepancies if each.check == "C6"] == []
    assert found.uncompared_inputs == {"assessment": 1}  # the others equal the entries at their positions
    assert not found.whole
    assert "assessment: 1 số liệu" in printed(found)


async def test_a_sign_in_that_ends_meanwhile_is_no_tampering(databases: Mapping[str, Database], tmp_path: Path) -> None:
    async with doors_over(databases) as clients:

        def tell(step: str) -> None:
            if step.startswith("Tính lại"):
                for client in clients.values():
                    client.headers.pop("Authorization", None)

        with pytest.raises(AuditEndedError):
            await audit(clients, tmp_path, tell)


async def test_a_round_of_another_authority_is_not_called_wrong_nor_recomputed(
    databases: Mapping[str, Database], tmp_path: Path
) -> None:
    async with doors_over(databases) as clients:
        for client in clients.values():
            client.headers.update(signed_in("kiem-toan", "auditor@H97"))
        found = await audit(clients, tmp_path, lambda _: None, authority="H97")
    assert found.agrees
    assert found.hidden == ("kiem-toan-2026",)
    text = printed(found)
    assert AGREES not in text
    assert REST_AGREES in text
    assert "kiem-toan-2026: đợt của cơ quan khác" in text


async def audited_as(authority: str, databases: Mapping[str, Database], folder: Path) -> Audit:
    """Audit as the command does, signed in as an auditor of this authority."""

    async def token(role: Role, node: str) -> str:
        return signed_in("kiem-toan", f"{role}@{node}")["Authorization"].removeprefix("Bearer ")

    async with doors_over(databases, signed=False) as clients:
        way, beside = nullcontext(Gateway(clients, token)), nullcontext(clients)
        return await audited(way, beside, authority, folder, None, Console(file=StringIO()), recompute=False)


async def test_an_authority_without_a_round_is_refused_by_its_id(
    databases: Mapping[str, Database], tmp_path: Path
) -> None:
    with pytest.raises(NoRoundOfAuthorityError, match="The authority H99 has no round in this system") as refused:
        await audited_as("H99", databases, tmp_path)
    assert refused.value.vi.startswith("Cơ quan H99 không có đợt nào ở hệ thống này")


async def test_an_authority_with_a_round_is_audited(databases: Mapping[str, Database], tmp_path: Path) -> None:
    found = await audited_as("H10", databases, tmp_path)
    assert (found.agrees, found.hidden) == (True, ())


def test_a_discrepancy_is_reported_to_an_authority_without_a_round(tmp_path: Path) -> None:
    check_has_round(Audit((Discrepancy("L01", "survey", "hỏng", "broken"),), {}, 0), Copy(tmp_path), "H99")
