"""`parindex explain`: why a unit has its points for a criterion, as one document."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from parindex.auth.principal import Role
from parindex.commands.showing import print_refusal
from parindex.refusal import Refused
from parindex_cli.commands.running import at_gateway
from parindex_cli.derivations.asking import explained
from parindex_cli.derivations.document import as_html, as_text
from parindex_cli.sets import write_new


def explain(  # noqa: PLR0913  # the options of a command
    round_id: Annotated[str, typer.Argument(metavar="ĐỢT", help="Mã đợt. The round's id.")],
    unit: Annotated[str, typer.Argument(metavar="ĐƠN_VỊ", help="Mã đơn vị. The unit's code.")],
    criterion: Annotated[str, typer.Argument(metavar="TIÊU_CHÍ", help="Mã tiêu chí. The criterion's code.")],
    *,
    gateway: Annotated[str, typer.Option(help="Địa chỉ hệ thống. The running system.")] = "http://127.0.0.1:8000",
    at: Annotated[
        str, typer.Option(help="Thời điểm, như 2026-06-30T09:30:00+07:00; bỏ trống: hiện nay. The instant.")
    ] = "",
    position: Annotated[int, typer.Option(min=0, help="Hoặc vị trí trong sổ tính điểm. Or a position.")] = 0,
    right: Annotated[
        str, typer.Option("--as", help="Đọc với quyền vai@mã; bỏ trống: unit@ĐƠN_VỊ. The right to read with.")
    ] = "",
    signing_key: Annotated[Path | None, typer.Option(help="Khóa ký của hệ thống đó. Its signing key.")] = None,
    credentials: Annotated[
        Path | None, typer.Option(help="Hoặc tệp tài khoản (YAML): vai@mã: {name, password}. Or accounts.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Ghi thành tệp HTML để in. Write an HTML file to print.")] = None,
) -> None:
    """Vì sao đơn vị được điểm này, trong một văn bản. Why a unit has its points, in one document."""
    console = Console()
    role, _, node = (right or f"unit@{unit}").partition("@")
    if role not in set(Role) or not node:
        raise typer.BadParameter("vai@mã, như office@H09; role@node", param_hint="--as")
    try:
        where = at_gateway(gateway, signing_key, credentials)
        by = (Role(role), node)
        document = asyncio.run(explained(where, (round_id, unit, criterion), by, at=at, position=position))
        if to is not None:
            write_new(to, as_html(document))
    except Refused as refused:
        print_refusal(refused, console)
        raise typer.Exit(1) from refused
    if to is None:
        console.print(as_text(document), markup=False, highlight=False, soft_wrap=True)
    else:
        console.print(f"Đã ghi {to}. Wrote {to}.", markup=False, highlight=False)
