"""What a person sees of a round in the terminal: progress while it runs, then each block beside the published one."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from parindex.refusal import Refused
from parindex.rounds.comparing import Compared, ComparedBlock
from parindex.rounds.driving import Driver

COLUMNS = {"rank": "Hạng", "unit": "Đơn vị", "appraisal": "Thẩm định", "survey": "Điều tra", "index": "Chỉ số"}


async def run_with_progress(driver: Driver, console: Console, title: str) -> None:
    """Run a driver to its end and show how far each step is."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console
    )
    console.print(f"[bold]{escape(title)}")
    with bar:
        tasks = [bar.add_task(step.name, total=step.requests) for step in driver.steps() if step.requests]
        shown = [number for number, step in enumerate(driver.steps()) if step.requests]
        async for number in driver.run():
            bar.advance(tasks[shown.index(number)])


def show_block(block: ComparedBlock, console: Console) -> None:
    """Print a block: our numbers, the published ones beside them, and what differs in red."""
    printed = any(row.published for row in block.rows)
    table = Table(title=f"Khối {escape(block.block)}", title_justify="left")
    for name, heading in COLUMNS.items():
        table.add_column(heading, justify="left" if name == "unit" else "right")
    table.add_column("Xếp loại")
    if printed:
        for heading in ("Hạng", "Thẩm định", "Điều tra", "Chỉ số", "Xếp loại"):
            table.add_column(f"{heading}\n(đã công bố)", justify="right", style="dim")
    for row in block.rows:
        table.add_row(*_ours(row), *(_published(row) if printed else ()))
    console.print(table)
    mean = f"Trung bình khối: [bold]{block.mean}[/]"
    console.print(mean + (f" (đã công bố: {block.published_mean})" if block.published_mean else ""))
    if printed:
        colour = "red" if block.differences else "green"
        console.print(f"Số dòng khác với bảng đã công bố: [{colour}]{block.differences}[/]\n")


def show_refusal(refused: Refused, console: Console) -> None:
    """Print a refusal: what it is, then every place with both texts."""
    console.print(f"[red]{escape(refused.vi)}[/]\n{escape(refused.en)}")
    for place in refused.places:
        console.print(f"  [bold]{escape(place.at)}[/]\n    {escape(place.vi)}\n    [dim]{escape(place.en)}[/]")


def _ours(row: Compared) -> Sequence[str]:
    return [_marked(str(row.ours.get(name, "")), name in row.differing) for name in (*COLUMNS, "band")]


def _published(row: Compared) -> Sequence[str]:
    if row.published is None:
        return [""] * 5
    names = ("rank", "appraisal", "survey", "index", "band")
    return [escape(str(getattr(row.published, name)) or "–") for name in names]


def _marked(text: str, differs: bool) -> str:  # noqa: FBT001
    return f"[red]{escape(text)}[/]" if differs else escape(text)
