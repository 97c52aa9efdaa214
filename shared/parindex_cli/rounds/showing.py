"""Shows the result of a round in the terminal: each block beside the published one."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from parindex_cli.rounds.comparing import Compared, ComparedBlock

NUMBERS = {"appraisal": "Thẩm định", "survey": "Điều tra", "index": "Chỉ số"}


def show_block(block: ComparedBlock, console: Console) -> None:
    """Print a block: computed numbers / published ones, with differences in red."""
    printed = any(row.published for row in block.rows)
    table = Table(
        title=f"Khối {escape(block.block)}", title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    beside = "\nta/công bố" if printed else ""
    table.add_column(f"Hạng{beside and chr(10)}", justify="right")
    table.add_column("Đơn vị")
    for heading in NUMBERS.values():
        table.add_column(heading + beside, justify="right", no_wrap=True)
    table.add_column("Xếp loại" + beside, no_wrap=True)
    for row in block.rows:
        table.add_row(*(_cell(row, name, printed) for name in ("rank", "unit", *NUMBERS, "band")))
    console.print(table)
    mean = f"Trung bình khối: [bold]{block.mean}[/]"
    console.print(mean + (f" (đã công bố: {block.published_mean})" if block.published_mean else ""))
    if printed:
        colour = "red" if block.differences else "green"
        console.print(f"Số dòng khác với bảng đã công bố: [{colour}]{block.differences}[/]\n")


def _cell(row: Compared, name: str, printed: bool) -> str:  # noqa: FBT001
    value = row.ours.get(name)
    ours = escape("–" if value in (None, "") else str(value))
    if name == "unit":
        code = str(row.ours.get("unit_code", ""))
        return f"{ours} [dim]{escape(code)}[/]" if code else ours
    if not printed:
        return ours
    theirs = escape(str(getattr(row.published, name, "")) or "–")
    return f"[red]{ours}/{theirs}[/]" if name in row.differing else f"{ours}[dim]/{theirs}[/]"
