"""`parindex criteria`: a criteria set as a file, from the template to the JSON that the API takes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(
    help="Bộ chỉ số bằng tệp: mẫu, kiểm tra, so sánh, tính thử. A criteria set in a file.",
    no_args_is_help=True,
    add_completion=False,
)

Workbook = Annotated[Path, typer.Argument(help="Tệp Excel (.xlsx), YAML hoặc JSON. The file.", show_default=False)]


@app.command()
def template(file: Workbook) -> None:
    """Ghi tệp mẫu có vài dòng ví dụ. Write the template, with some rows as examples; no file is replaced."""
    from parindex.client_checks import checks_of
    from parindex.commands.showing import print_refusal
    from parindex.refusal import Refused
    from parindex_cli.sets import write_new

    console = Console()
    try:
        write_new(file, checks_of("assessment").checks["criteria_template"]())
    except Refused as refused:
        print_refusal(refused, console)
        raise typer.Exit(1) from refused
    console.print(f"Đã ghi {file}. Hãy điền, rồi: parindex criteria check {file}")
    console.print(f"Wrote {file}. Fill it in, then: parindex criteria check {file}")


@app.command()
def check(
    file: Workbook,
    out: Annotated[
        Path | None,
        typer.Option(help="Ghi bộ chỉ số thành JSON, hoặc YAML nếu tên tệp là .yaml. Write it as JSON or YAML."),
    ] = None,
) -> None:
    """Kiểm tra tệp: nêu mọi lỗi theo trang, dòng, cột. List every mistake with worksheet, row and column."""
    from parindex.commands.showing import print_places, print_refusal
    from parindex.refusal import Refused
    from parindex_cli.sets import read_file, write_new, written_as

    console = Console()
    try:
        criteria_set, warnings = read_file(file)
        if out is not None:
            write_new(out, written_as(out, criteria_set))
    except Refused as refused:
        print_refusal(refused, console)
        raise typer.Exit(1) from refused
    if warnings:
        console.print("[yellow]Có phần không được đọc, hoặc cần xem lại. Some parts are not read, or need a look.[/]")
        print_places(warnings, console)
    console.print("[green]Tệp đúng.[/] The file is right.")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="Bộ trước, như bộ năm ngoái. The old set.", show_default=False)],
    new: Annotated[Path, typer.Argument(help="Bộ nay. The new set.", show_default=False)],
) -> None:
    """So sánh hai bộ chỉ số trong tệp. Compare two sets in files. Exit code 0: the same; 2: not the same."""
    from parindex.commands.showing import print_refusal
    from parindex.refusal import Refused
    from parindex_cli.set_differences import show_difference
    from parindex_cli.sets import read_file

    console = Console()
    sets = {}
    for file in (old, new):
        try:
            sets[file], _ = read_file(file)
        except Refused as refused:
            console.print(f"{file}:", highlight=False, markup=False)
            print_refusal(refused, console)
            raise typer.Exit(1) from refused
    raise typer.Exit(2 if show_difference(sets[old], sets[new], console) else 0)


@app.command("try")
def try_file(  # noqa: PLR0913  # the options of a command
    file: Workbook,
    round_id: Annotated[str, typer.Option("--round", help="Mã đợt. The round's id.", show_default=False)],
    authority: Annotated[str, typer.Option(help="Cơ quan chủ trì của đợt. Its authority.", show_default=False)],
    gateway: Annotated[str, typer.Option(help="Địa chỉ hệ thống đang chạy. The running system.", show_default=False)],
    signing_key: Annotated[Path | None, typer.Option(help="Khóa ký của hệ thống đó. Its signing key.")] = None,
    credentials: Annotated[
        Path | None, typer.Option(help="Hoặc tệp tài khoản (YAML): vai@mã: {name, password}. Or accounts.")
    ] = None,
    unit: Annotated[str, typer.Option(help="Một đơn vị, từng tiêu chí. One unit, row by row.")] = "",
    *,
    claimed: Annotated[
        bool, typer.Option("--claimed", help="Tính trên số liệu đơn vị kê khai. On claims, as if all were upheld.")
    ] = False,
) -> None:
    """Tính thử bộ chỉ số trên số liệu của một đợt; không ghi gì. Try the set on a round; nothing is written."""
    import asyncio

    from parindex.commands.showing import print_refusal
    from parindex.hosting.logging import configure_logs
    from parindex.refusal import Refused
    from parindex_cli.commands.running import at_gateway
    from parindex_cli.sets import read_file
    from parindex_cli.trials import show_round, show_unit, tried

    configure_logs("warning", "parindex")
    console = Console()
    figures = "claimed" if claimed else "found"
    try:
        criteria_set, _ = read_file(file)
        where = at_gateway(gateway, signing_key, credentials)
        found = asyncio.run(
            tried(where, criteria_set, authority=authority, round_id=round_id, unit=unit, figures=figures)
        )
    except Refused as refused:
        print_refusal(refused, console)
        raise typer.Exit(1) from refused
    (show_unit if unit else show_round)(found, console)
