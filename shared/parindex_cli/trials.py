"""A criteria set in a file, tried on the figures of a round at a running system, and the answer as tables."""

from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from parindex.auth.principal import Role
from parindex.contracts.criteria import CriteriaSet
from parindex_cli.rounds.sending import Gateway, Sender

NONE = "–"


async def tried(  # one for each option of the command
    where: AbstractAsyncContextManager[Gateway],
    criteria_set: CriteriaSet,
    *,
    authority: str,
    round_id: str,
    unit: str = "",
    figures: str = "found",
) -> dict[str, Any]:
    """Return what a set would give on a round, or on one unit of it. Raises RoundStepError, StillWaitingError."""
    body = {"criteria_set": msgspec.to_builtins(criteria_set), "figures": figures}
    path = f"/v1/rounds/{round_id}/units/{unit}/trials" if unit else f"/v1/rounds/{round_id}/trials"
    async with where as gateway:
        answer = await Sender(gateway, "").send("scoring", "POST", path, body, (Role.OFFICE, authority))
    found: dict[str, Any] = answer.json()
    return found


def show_round(found: dict[str, Any], console: Console) -> None:
    """Print each block of a trial: what could not be computed, and the units by their new ranks."""
    _show_notes([found["coverage"], found["differences"]], console)
    for block in found["blocks"]:
        table = Table("Hạng nay", "Hạng theo bộ thử", "Đơn vị", "Chỉ số nay", "Theo bộ thử", "Chênh lệch")
        table.title = escape(f"{block['name']}: {block['criteria_set']} → {found['criteria_set']}")
        for unit in block["units"]:
            now, then = unit["now"] or {}, unit["then"] or {}
            table.add_row(
                _rank(now), _rank(then), escape(_named(unit)), now.get("shown") or NONE,
                then.get("shown") or NONE, _signed(unit["difference"]),
            )  # fmt: skip
        console.print(table)
        _show_notes(block["notes"], console)


def show_unit(found: dict[str, Any], console: Console) -> None:
    """Print the rows of a unit: points now and under the tried set, and why they differ; then their sums."""
    table = Table("Mã", "Tiêu chí", "Điểm nay", "Theo bộ thử", "Vì sao khác")
    table.title = escape(f"{_named(found['total'])}: {found['criteria_set']}")
    for row in found["rows"]:
        now, then = row["now"], row["then"]
        why = "; ".join(each["vi"] for each in row["why"])
        table.add_row(row["criterion"], escape((then or now)["name"]), _points(now), _points(then), escape(why))
    now, then = found["total"]["now"], found["total"]["then"]
    table.add_section()
    table.add_row("", "Tổng điểm", _points(now), _points(then), "")
    table.add_row("", "Chỉ số", (now or {}).get("shown") or NONE, (then or {}).get("shown") or NONE, "")
    console.print(table)
    _show_notes(found["notes"], console)


def _show_notes(notes: list[dict[str, str]], console: Console) -> None:
    for note in notes:
        console.print(f"{note['vi']}\n{note['en']}", highlight=False, markup=False)


def _named(unit: dict[str, Any]) -> str:
    """Return the name of a unit, and why it has no figures where it has none."""
    name = unit["name"] or unit["unit"]
    return f"{name} ({unit['missing']['vi']})" if unit["missing"] else str(name)


def _signed(difference: str) -> str:
    sign = "+" if difference.strip("-0.") and not difference.startswith("-") else ""
    return f"{sign}{difference}" if difference else NONE


def _rank(side: dict[str, Any]) -> str:
    return str(side["rank"]) if side.get("rank") else NONE


def _points(side: dict[str, Any] | None) -> str:
    return NONE if side is None else f"{side['points'] or NONE} / {side['maximum']}"
