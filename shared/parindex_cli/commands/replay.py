"""`parindex replay`: recomputes a published result from the feeds."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from parindex.auth.principal import Role
from parindex.eventstore.importing import FeedBrokenError
from parindex.refusal import Refused
from parindex_cli.commands.running import at_gateway, repeatable
from parindex_cli.rounds.published import authority_of, published_edition
from parindex_cli.rounds.replaying import NotRecomputedError, Verdict, replay
from parindex_cli.rounds.reporting import show_refusal
from parindex_cli.rounds.sending import Gateway


def replay_command(
    round_id: Annotated[str, typer.Argument(metavar="ĐỢT", help="Mã đợt đã công bố. The round's id.")],
    gateway: Annotated[str, typer.Option(help="Địa chỉ hệ thống đã công bố.")] = "http://127.0.0.1:8000",
    edition: Annotated[int | None, typer.Option(help="Số ấn bản; bỏ trống: mới nhất.")] = None,
    signing_key: Annotated[Path | None, typer.Option(help="Khóa ký của hệ thống đó, nếu là của mình.")] = None,
    credentials: Annotated[Path | None, typer.Option(help="Tệp tài khoản kiểm toán (YAML).")] = None,
    out: Annotated[Path | None, typer.Option(help="Nơi ghi bản tính lại, để so từng byte.")] = None,
) -> None:
    """Tính lại kết quả đã công bố từ sổ sự kiện, trên cơ sở dữ liệu trống. Exit code 0: the same; 2: not the same."""
    console = Console()
    try:
        way = at_gateway(gateway, signing_key, credentials)
        with repeatable(console):
            verdict = asyncio.run(_replay(way, round_id, edition, console))
    except (FeedBrokenError, NotRecomputedError) as broken:  # the logs could be read, and do not lead to the result
        show_refusal(broken, console)
        console.print("[bold red]KHÔNG trùng khớp. Not the same.[/]")
        raise typer.Exit(2) from broken
    except Refused as refused:
        show_refusal(refused, console)
        raise typer.Exit(1) from refused
    except httpx.TransportError as error:
        why = type(error).__name__
        console.print(f"[red]Không kết nối được {gateway}.[/]\nNo server answers at {gateway} ({why}).")
        raise typer.Exit(1) from error
    if out:
        out.write_bytes(verdict.snapshot)
    _show(verdict, console)
    raise typer.Exit(0 if verdict.same else 2)


async def _replay(
    way: AbstractAsyncContextManager[Gateway], round_id: str, number: int | None, console: Console
) -> Verdict:
    async with way as gateway:
        edition = await published_edition(gateway.clients["publication"], round_id, number)
        token = await gateway.token(Role.AUDITOR, authority_of(edition))
        for client in gateway.clients.values():
            client.headers["Authorization"] = f"Bearer {token}"
        return await replay(gateway.clients, edition, console.print)


def _show(verdict: Verdict, console: Console) -> None:
    edition = verdict.edition
    for source, found in verdict.imported.items():
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(found.by_type.items()))
        console.print(f"{source}: {found.position} bản ghi ({found.hidden} của cơ quan khác) · {kinds}")
    console.print(f"Đã công bố (ấn bản {edition.number}): {edition.checksum}")
    console.print(f"Tính lại:                {verdict.recomputed}")
    for difference in verdict.differences:
        console.print(
            f"{difference.check} {difference.at}: {difference.vi}. {difference.en}.", style="red", markup=False
        )
    if verdict.same:
        console.print("[bold green]Trùng khớp. The same.[/]")
    else:
        console.print("[bold red]KHÔNG trùng khớp. Not the same.[/]")
