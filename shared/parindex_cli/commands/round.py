"""`parindex round`: runs or checks a whole round from one file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from parindex.hosting.process_limits import collection_paused
from parindex_cli.rounds.file import RoundFile

app = typer.Typer(
    help="Chạy trọn một đợt đánh giá từ một tệp. Run a whole round from one file.",
    no_args_is_help=True,
    add_completion=False,
)

RoundPath = Annotated[Path, typer.Argument(help="Tệp mô tả đợt (YAML hoặc JSON). The round file.", show_default=False)]

Confirm = Annotated[
    bool,
    typer.Option("--confirm-warnings", help="Xác nhận mọi cảnh báo. Confirm all warnings."),
]


@app.command()
def run(
    file: RoundPath,
    gateway: Annotated[str, typer.Option(help="Địa chỉ hệ thống đang chạy; bỏ trống: hệ thống nhúng mới.")] = "",
    signing_key: Annotated[
        Path | None, typer.Option(help="Khóa ký của hệ thống đó, ví dụ var/serve/issuer.key.")
    ] = None,
    credentials: Annotated[
        Path | None, typer.Option(help="Hoặc tệp tài khoản (YAML): vai@mã: {name, password}.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Nơi ghi kết quả JSON; mặc định var/rounds/<đợt>.json.")] = None,
    *,
    confirm_warnings: Confirm = False,
) -> None:
    """Chạy đợt: ban hành, mở, tự chấm, thẩm định, điều tra, chốt, công bố; ghi kết quả JSON.

    At a running system a second run repeats nothing. Exit code 1: refused; 2: rows differ from the published table.
    """
    import uvloop

    from parindex.hosting.logging import configure_logs
    from parindex.refusal import Refused
    from parindex_cli.commands.running import at_gateway, repeatable, run_file
    from parindex_cli.rounds.gateways import fresh_embedded
    from parindex_cli.rounds.reporting import show_refusal

    configure_logs("warning", "parindex")
    console = Console()
    try:
        with repeatable(console):
            described = _checked(file, console, confirm=confirm_warnings)
            where = at_gateway(gateway, signing_key, credentials) if gateway else fresh_embedded()
            target = out or Path("var/rounds") / f"{described.round}.json"
            differing = uvloop.run(run_file(where, [(described, target)], console))
    except Refused as refused:
        show_refusal(refused, console)
        raise typer.Exit(1) from refused
    raise typer.Exit(2 if differing else 0)


@app.command()
def check(file: RoundPath, *, confirm_warnings: Confirm = False) -> None:
    """Kiểm tra tệp: nêu các lỗi, mỗi lỗi có dòng và cột. List the mistakes, each with line and column.

    A broken part can't be checked further, so fixing it may show more mistakes.
    """
    from parindex.refusal import Refused
    from parindex_cli.rounds.reporting import show_refusal

    console = Console()
    try:
        with collection_paused():  # a check ends at once and leaves no garbage; looking for it took a tenth of its time
            described = _checked(file, console, confirm=confirm_warnings)
    except Refused as refused:
        show_refusal(refused, console)
        raise typer.Exit(1) from refused
    blocks, units = len(described.blocks), sum(len(block.units) for block in described.blocks)
    console.print(f"[green]Tệp đúng.[/] {blocks} khối, {units} đơn vị.")
    console.print(f"The file is right. Blocks: {blocks}, units: {units}.")


@app.command(name="schema")
def print_schema() -> None:
    """In JSON schema của tệp. Print the JSON schema of a round file, for editors."""
    import msgspec

    from parindex_cli.rounds.schema import schema

    typer.echo(msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode())


def _checked(file: Path, console: Console, *, confirm: bool) -> RoundFile:
    """Read and check a file, and show what of it counts nowhere; raise what `check` raises."""
    from parindex_cli.rounds.reading import read

    tree = read(file)

    from parindex_cli.rounds.checking import check_and_note  # after `read`: a file that is not there needs no rules
    from parindex_cli.rounds.reporting import show_notes

    described, notes = check_and_note(tree, confirm=confirm)
    show_notes(notes, console)
    return described
