"""What `parindex criteria try` asks and prints: a table of units, or of the rows of one unit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from httpx import AsyncClient
from msgspec.structs import replace
from rich.console import Console
from tests.scoring.conftest import ISSUER, Bench

from parindex.auth.principal import Role
from parindex.contracts.criteria import CriteriaSet
from parindex_cli.rounds.refusals import RoundStepError
from parindex_cli.rounds.sending import Gateway
from parindex_cli.trials import show_round, show_unit, tried


@asynccontextmanager
async def gateway(http: AsyncClient, bench: Bench) -> AsyncIterator[Gateway]:
    async def token(role: Role, node: str) -> str:
        return ISSUER.mint("office", [f"{role}@{node}"], timedelta(hours=1), bench.context.now())

    yield Gateway({"scoring": http}, token)


@pytest.fixture
def smaller(criteria_set: CriteriaSet) -> CriteriaSet:
    rows = [replace(row, maximum="1") if row.code == "1.1" else row for row in criteria_set.criteria]
    return replace(criteria_set, code="nam-sau", criteria=rows)


async def test_units_are_listed_with_both_ranks_and_notes(
    http: AsyncClient, bench: Bench, smaller: CriteriaSet
) -> None:
    found = await tried(gateway(http, bench), smaller, authority="H09", round_id="r")
    console = Console(width=150, record=True)
    show_round(found, console)
    shown = console.export_text()
    first = next(line for line in shown.splitlines() if "H09.01" in line)
    assert [cell.strip() for cell in first.strip("│").split("│")][:5] == ["1", "1", "Đơn vị H09.01", "23.72", "18.67"]
    assert [cell.strip() for cell in first.strip("│").split("│")][5] == "-5.05"
    assert "1 đơn vị chưa hoàn thành nên không có điểm, không có hạng" in shown
    second = next(line for line in shown.splitlines() if "Đơn vị H09.02" in line)
    assert [cell.strip() for cell in second.strip("│").split("│")] == [
        "–", "–", "Đơn vị H09.02 (chưa hoàn thành thẩm định)", "–", "–", "–"
    ]  # fmt: skip
    assert "như đã in" in shown
    assert "1 đơn vị có số liệu không còn phù hợp với bộ này" in shown


async def test_a_name_with_marks_of_the_terminal_is_printed_as_it_is(
    http: AsyncClient, bench: Bench, smaller: CriteriaSet
) -> None:
    found = await tried(gateway(http, bench), smaller, authority="H09", round_id="r")
    found["blocks"][0]["units"][0]["name"] = "Sở [red]X[/]"
    console = Console(width=150, record=True)
    show_round(found, console)
    assert "Sở [red]X[/]" in console.export_text()


async def test_a_unit_is_shown_row_by_row(http: AsyncClient, bench: Bench, smaller: CriteriaSet) -> None:
    found = await tried(gateway(http, bench), smaller, authority="H09", round_id="r", unit="H09.01", figures="claimed")
    console = Console(width=150, record=True)
    show_unit(found, console)
    row = next(line for line in console.export_text().splitlines() if "Tiêu chí 1.1" in line)
    assert "2 / 2" in row
    assert "điểm tối đa khác; số liệu không còn phù hợp" in row


async def test_the_rows_of_a_unit_end_with_their_sum_and_the_index(
    http: AsyncClient, bench: Bench, smaller: CriteriaSet
) -> None:
    found = await tried(gateway(http, bench), smaller, authority="H09", round_id="r", unit="H09.01")
    console = Console(width=150, record=True)
    show_unit(found, console)
    lines = console.export_text().splitlines()
    now, then = found["total"]["now"], found["total"]["then"]
    total = next(line for line in lines if "Tổng điểm" in line)
    assert f"{now['points']} / {now['maximum']}" in total
    assert f"{then['points']} / {then['maximum']}" in total
    assert "23.72" in next(line for line in lines if "Chỉ số" in line)


async def test_a_refusal_is_raised(http: AsyncClient, bench: Bench, smaller: CriteriaSet) -> None:
    with pytest.raises(RoundStepError):
        await tried(gateway(http, bench), smaller, authority="H10", round_id="r")
