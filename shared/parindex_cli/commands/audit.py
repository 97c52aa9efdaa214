"""`parindex audit`: checks every log and every edition of a running system, and compares them with a kept copy."""

import asyncio
import tempfile
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from parindex.auth.page_cookies import SIGN_IN_PATH
from parindex.auth.principal import Role
from parindex.refusal import Refused
from parindex.sign_in.service import NAME as SIGN_IN_LOG
from parindex_cli.auditing.auditing import Audit, audit, check_has_round
from parindex_cli.auditing.checks import CHECKS
from parindex_cli.auditing.copying import Copy
from parindex_cli.commands.running import at_gateway
from parindex_cli.rounds.gateways import clients
from parindex_cli.rounds.reporting import show_refusal
from parindex_cli.rounds.sending import Gateway

Clients = dict[str, httpx.AsyncClient]

AGREES = "Mọi thứ khớp nhau. Everything agrees."
REST_AGREES = "Mọi thứ đã kiểm tra đều khớp. Everything that was checked agrees."
UNREAD = """\
? {name}: sổ quá dài để dịch vụ tự kiểm tra, nên các cột mà sổ không cho thấy (L08, L10, L12) chưa được kiểm tra.
    The log is too long for the service to check itself: columns that no feed shows (L08, L10, L12) are not checked."""

HIDDEN = """\
? {name}: đợt của cơ quan khác, sổ không cho kiểm toán viên này thấy; chưa kiểm tra.
    A round of another authority, whose entries are not shown to this auditor: it is not checked."""

ABSENT = """\
? {name}: hệ thống này đăng nhập ở nơi khác, hoặc phần đăng nhập không ghi sổ; chưa kiểm tra tài khoản và quyền.
    This installation signs in elsewhere, or its issuer keeps no log: accounts and rights are not checked."""

UNCOMPARED = """\
? {name}: bản chép đã giữ không có sổ này, ví dụ do phiên bản cũ chép; chưa so.
    The kept copy does not hold this log, for example because an older version made it: it is not compared."""

UNRECOUNTED = """\
? {name}: {values} trên {of} dòng điểm tính từ số liệu mà phiên bản cũ không ghi vào sổ; chưa tính lại (C5).
    {values} of {of} score lines come from inputs that an earlier version did not record: they are not recomputed."""

UNCOMPARED_INPUTS = """\
? {name}: {inputs} số liệu mà scoring đã nhận không so được với sổ này, vì thuộc kỷ nguyên trước hoặc bị ẩn (C6).
    {inputs} inputs of scoring were not compared with it: they are of an earlier epoch, or their entry is hidden."""


def audit_command(
    authority: Annotated[
        str, typer.Argument(metavar="CƠ_QUAN", help="Mã cơ quan mà kiểm toán viên được xem, ví dụ H09.")
    ],
    gateway: Annotated[str, typer.Option(help="Địa chỉ hệ thống.")] = "http://127.0.0.1:8000",
    signing_key: Annotated[Path | None, typer.Option(help="Khóa ký của hệ thống đó, nếu là của mình.")] = None,
    credentials: Annotated[
        Path | None, typer.Option(help="Tệp tài khoản kiểm toán (YAML), với auditor@CƠ_QUAN.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Thư mục để giữ bản chép, cho lần sau so lại.")] = None,
    against: Annotated[Path | None, typer.Option(help="Thư mục bản chép đã giữ, để so.")] = None,
    *,
    recompute: Annotated[bool, typer.Option(help="Tính lại mọi kết quả đã công bố (lâu nhất).")] = True,
) -> None:
    """Kiểm tra mọi sổ và mọi ấn bản. Exit code 0: everything agrees; 2: discrepancies; 1: not checked."""
    console = Console()
    try:
        _check_folders(save, against)
        way = at_gateway(gateway, signing_key, credentials)
        with tempfile.TemporaryDirectory(prefix="parindex-audit-", ignore_cleanup_errors=True) as folder:
            beside = clients({SIGN_IN_LOG: gateway.rstrip("/") + SIGN_IN_PATH})
            found = asyncio.run(
                audited(way, beside, authority, save or Path(folder), against, console, recompute=recompute)
            )
    except Refused as refused:
        show_refusal(refused, console)
        raise typer.Exit(1) from refused
    show(found, console)
    raise typer.Exit(0 if found.agrees else 2)


def show(found: Audit, console: Console) -> None:
    """Print what an audit checked, and every discrepancy with the number of its check."""
    for name, entries in found.entries.items():
        console.print(f"{name}: {entries} bản ghi")
    console.print(f"{found.editions} ấn bản đã công bố")
    for each in found.discrepancies:
        check = CHECKS[each.check]
        console.print(f"✗ {each.check} {check.vi} · {check.en}", style="bold red", markup=False, highlight=False)
        console.print(f"    {each.at}: {each.vi}. {each.en}.", markup=False, highlight=False, soft_wrap=True)
    for text, names in ((UNREAD, found.unread), (HIDDEN, found.hidden), (ABSENT, found.absent),
                        (UNCOMPARED, found.uncompared)):  # fmt: skip
        for name in names:
            console.print(text.format(name=name), style="yellow", markup=False, highlight=False, soft_wrap=True)
    for name, of in found.unrecounted.items():
        text = UNRECOUNTED.format(name=name, values=of.values, of=of.of)
        console.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)
    for name, inputs in found.uncompared_inputs.items():
        text = UNCOMPARED_INPUTS.format(name=name, inputs=inputs)
        console.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)
    if found.agrees:
        console.print(f"[bold green]{AGREES if found.whole else REST_AGREES}[/]")


def _check_folders(save: Path | None, against: Path | None) -> None:
    if against is not None and not against.is_dir():
        raise typer.BadParameter(f"Không có thư mục {against}. / There is no folder {against}.")
    if save is not None and save.exists() and (not save.is_dir() or any(save.iterdir())):
        raise typer.BadParameter(f"{save} đã có nội dung; hãy chọn thư mục mới. / {save} holds something already.")


async def audited(
    way: AbstractAsyncContextManager[Gateway], beside: AbstractAsyncContextManager[Clients], authority: str,
    folder: Path, kept: Path | None, console: Console, *, recompute: bool,
) -> Audit:  # fmt: skip
    """Audit the system of a gateway as an auditor of one authority.

    Raises NoRoundOfAuthorityError if nothing is wrong, but no log has a round of it; and what `audit` raises.
    """
    async with way as gateway, beside as sign_in:

        async def token() -> str:
            return await gateway.token(Role.AUDITOR, authority)

        found = await audit(
            {**gateway.clients, **sign_in}, folder, console.print, kept,
            authority=authority, token=token, recompute=recompute,
        )  # fmt: skip
    check_has_round(found, Copy(folder), authority)
    return found
