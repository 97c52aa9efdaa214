"""What differs between two criteria sets in files, as tables with the words of the page."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from parindex.client_checks import checks_of
from parindex.contracts.criteria import CriteriaSet


def show_difference(old: CriteriaSet, new: CriteriaSet, console: Console) -> bool:
    """Print what a new set has otherwise than an old one; return whether anything differs beside the code."""
    found = checks_of("assessment").checks["criteria_difference"](old, new)
    changed = [
        (f"{row.code} {row.name}", each.label, each.old, each.new) for row in found.changed for each in row.fields
    ]
    settings = [(each.label, each.old, each.new) for each in found.settings]
    rows = ("Tiêu chí", "Tối đa", "Cách tính")
    _show("Dòng thay đổi", ("Tiêu chí", "Mục", "Trước", "Nay"), changed, console)
    _show("Dòng mới", rows, [*map(_alone, found.new)], console)
    _show("Dòng bị bỏ", rows, [*map(_alone, found.gone)], console)
    _show("Thông tin chung và quy ước thay đổi", ("Mục", "Trước", "Nay"), settings, console)
    counts = len(found.changed), len(found.new), len(found.gone), len(settings)
    if any(counts):
        vi, en = (
            "{} dòng thay đổi, {} dòng mới, {} dòng bị bỏ, {} quy ước thay đổi",
            "{} changed, {} new, {} gone, {} settings",
        )
        console.print(f"{vi.format(*counts)}; {found.unchanged} dòng không đổi.", highlight=False)
        console.print(f"{en.format(*counts)}; {found.unchanged} unchanged.", highlight=False)
    else:
        console.print("Hai bộ giống nhau, trừ mã bộ chỉ số. The sets are the same, but for their codes.")
    return any(counts)


def _show(title: str, columns: tuple[str, ...], lines: Sequence[tuple[str, ...]], console: Console) -> None:
    if not lines:
        return
    table = Table(*columns, title=title)
    for line in lines:
        table.add_row(*map(escape, line))
    console.print(table)


def _alone(row: Any) -> tuple[str, str, str]:
    return f"{row.code} {row.name}", row.maximum, row.rule
