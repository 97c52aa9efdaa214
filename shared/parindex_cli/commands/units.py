"""`parindex units`: a list of units as a file that the register takes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(
    help="Danh mục đơn vị bằng tệp. A list of units in a file.", no_args_is_help=True, add_completion=False
)


@app.callback()
def units() -> None:
    """Danh mục đơn vị bằng tệp. A list of units in a file."""


@app.command("list-2025")
def list_2025(
    file: Annotated[Path, typer.Argument(help="Tệp .xlsx, hoặc .json cho API. The file.", show_default=False)],
    authority: Annotated[
        str, typer.Option(help="Mã cơ quan có danh mục, như H16. The authority's code.", show_default=False)
    ],
    province: Annotated[
        int | None,
        typer.Option(
            help="Mã tỉnh của Tổng cục Thống kê: các xã của tỉnh đó. Its communes; without it, the provinces."
        ),
    ] = None,
) -> None:
    """Ghi 34 tỉnh, hoặc các xã của một tỉnh, từ 01/07/2025 vào tệp để nạp vào danh mục.

    Danh sách không có đơn vị trước ngày đó, trụ sở, đơn vị tiền thân: cơ quan tự ghi các mục này theo nghị quyết.

    Write the 34 provinces, or the communes of one, as a file that the register takes. No file is replaced. The list
    has no units of before that day, no seats and no predecessors: the office adds them from the resolution.
    """
    from parindex.commands.showing import print_refusal
    from parindex.refusal import Refused
    from parindex_cli.sets import write_new
    from parindex_cli.units import communes_of, provinces, source, written_as

    console = Console()
    try:
        divisions = source()
        lines = provinces(divisions, authority) if province is None else communes_of(divisions, authority, province)
        write_new(file, written_as(file, lines))
    except Refused as refused:
        print_refusal(refused, console)
        raise typer.Exit(1) from refused
    console.print(f"Đã ghi {len(lines)} đơn vị vào {file} (vietnam-provinces {divisions.version}, {divisions.dated}).")
    console.print(f"Wrote {len(lines)} units to {file} (vietnam-provinces {divisions.version}, {divisions.dated}).")
