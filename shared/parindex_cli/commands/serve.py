"""`parindex serve`: runs the whole system in one process on one port, until Ctrl-C."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from parindex.auth.accounts import Accounts
from parindex.auth.accounts_file import accounts_in
from parindex.hosting.process_limits import tune_garbage_collection
from parindex.hosting.server import LOOPBACK, check_port, listening, stop_asked
from parindex.refusal import Refused
from parindex_cli.local.embedded import System, embedded
from parindex_cli.rounds.reporting import show_refusal

DEMO_ACCOUNTS = Path("deploy/demo/accounts.yaml")


def serve(
    port: Annotated[int, typer.Option(help="Cổng.", min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Địa chỉ lắng nghe; mặc định chỉ máy này.")] = LOOPBACK,
    folder: Annotated[Path, typer.Option(help="Thư mục dữ liệu; giữ lại giữa các lần chạy.")] = Path("var/serve"),
    accounts: Annotated[
        Path | None, typer.Option(help="Tệp tài khoản; mặc định: tài khoản mẫu, chỉ khi ở máy này.")
    ] = None,
) -> None:
    """Chạy cả hệ thống trên một cổng. Run the whole system on one port; Ctrl-C stops it."""
    console = Console()
    try:
        uvloop.run(_serve(host, port, folder, accounts_file(host, accounts), console))
    except Refused as refused:
        show_refusal(refused, console)
        raise typer.Exit(1) from refused


async def _serve(host: str, port: int, folder: Path, accounts: Path | None, console: Console) -> None:
    check_port(host, port)
    known = Accounts.from_file(accounts, fixed=accounts == DEMO_ACCOUNTS) if accounts else Accounts([])
    base = f"http://{host}:{port}"
    async with embedded(folder, base_url=base, accounts=known) as system, listening(system.app, host, port):
        tune_garbage_collection()
        _show(system, base, folder, accounts, console)
        await stop_asked()
        console.print("Đang dừng … Stopping …")


def accounts_file(host: str, accounts: Path | None) -> Path | None:
    """Return the accounts file. The demo accounts, whose passwords are public, are used on a loopback address only."""
    if accounts is not None:
        return accounts
    return DEMO_ACCOUNTS if DEMO_ACCOUNTS.exists() and _is_here(host) else None


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _show(system: System, base: str, folder: Path, accounts: Path | None, console: Console) -> None:
    table = Table(title="parindex đang chạy", show_header=False, title_justify="left")
    table.add_row("Trang công bố", f"{base}/")
    for name, resources in system.resources.items():
        table.add_row(resources.service.title, f"{base}/{name}/docs")
    table.add_row("Tình trạng, số đo", f"{base}/<dịch vụ>/health/ready · /metrics")
    table.add_row("Đăng nhập", f"{base}/sign-in/")
    table.add_row("Mã truy cập cho phần mềm", f"{base}/sign-in/token (nút Authorize ở các trang trên)")
    table.add_row("Dữ liệu", str(folder))
    console.print(table)
    if accounts == DEMO_ACCOUNTS:
        console.print(_account_table(accounts))
    console.print(
        "Nạp đợt mẫu, ở cửa sổ dòng lệnh khác:\n"
        ".venv/bin/parindex round run deploy/demo/vinhphuc-2019.yaml "
        f"--gateway {base} --signing-key {folder}/issuer.key",
        soft_wrap=True,
    )
    console.print("Ctrl-C để dừng; dữ liệu được giữ lại. Ctrl-C stops; the data stays.")


def _account_table(accounts: Path) -> Table:
    table = Table("Tài khoản mẫu", "Mật khẩu", "Quyền", title_justify="left")
    for account in accounts_in(accounts):
        table.add_row(account.name, f"{account.name}-demo", ", ".join(map(str, account.rights)))
    return table
