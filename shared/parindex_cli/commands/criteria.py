"""`parindex criteria`: a criteria set as a file, from the template to the JSON that the API takes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(
    help="Bộ chỉ số bằng tệp: mẫu và kiểm tra. A criteria set in a file: template and check.",
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
