"""`parindex demo`: runs the shipped rounds, and compares their results with the tables that were published."""

from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from parindex.refusal import Refused
from parindex_cli.commands.running import run_file
from parindex_cli.rounds.checking import load_round
from parindex_cli.rounds.gateways import eight_processes, fresh_embedded
from parindex_cli.rounds.reporting import show_refusal
from parindex_cli.rounds.sending import Gateway

SHIPPED = ("binhduong-2017-districts", "vinhphuc-2019")


class DemoBus(StrEnum):
    """The bus of the demo."""

    FEED = "feed"
    RABBITMQ = "rabbitmq"


def demo(
    bus: Annotated[DemoBus, typer.Option(help="feed: một tiến trình; rabbitmq: tám tiến trình.")] = DemoBus.FEED,
    files: Annotated[Path, typer.Option(help="Thư mục các tệp mô tả đợt.")] = Path("deploy/demo"),
    out: Annotated[Path, typer.Option(help="Nơi ghi kết quả JSON.")] = Path("var/demo"),
) -> None:
    """Chạy các đợt mẫu có thật và so với bảng đã công bố. Run the shipped rounds beside the published tables."""
    console = Console()
    try:
        described = [load_round(files / f"{name}.yaml") for name in SHIPPED]
        rounds = [(each, out / f"{each.round}.json") for each in described]
        differing = uvloop.run(run_file(_where(bus), rounds, console))
    except Refused as refused:
        show_refusal(refused, console)
        raise typer.Exit(1) from refused
    colour = "red" if differing else "green"
    console.print(f"[bold {colour}]Tổng số dòng khác với bảng đã công bố: {differing}[/]")
    console.print(
        "\nXem tiếp:\n"
        "  [bold]make serve[/]  rồi mở http://127.0.0.1:8000\n"
        "  [bold]make demo BUS=rabbitmq[/]  chạy qua RabbitMQ\n"
        "  [bold].venv/bin/parindex round run TỆP[/]  chạy đợt của bạn; cách viết tệp: docs/round-file.md"
    )
    raise typer.Exit(2 if differing else 0)


def _where(bus: DemoBus) -> AbstractAsyncContextManager[Gateway]:
    return eight_processes() if bus is DemoBus.RABBITMQ else fresh_embedded()
