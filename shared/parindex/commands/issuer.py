"""`parindex issuer`: runs only the local issuer, for an installation without an OpenID Connect provider."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from parindex.auth.accounts import Accounts
from parindex.auth.issuer import LocalIssuer, key_in
from parindex.auth.page_cookies import SIGN_IN_PATH
from parindex.commands.showing import print_refusal
from parindex.hosting.server import LOOPBACK
from parindex.hosting.server import serve as serve_app
from parindex.hosting.settings import IssuerSettings, Settings
from parindex.instant import utc_now
from parindex.refusal import Refused
from parindex.sign_in.app import issuer_app, mounting_app
from parindex.sign_in.following import registering, rereading


def issuer(
    accounts: Annotated[Path, typer.Option(help="Tệp tài khoản (YAML, argon2id).", exists=True, dir_okay=False)],
    public_url: Annotated[str, typer.Option(help="Địa chỉ mà người dùng và các dịch vụ thấy, không có /sign-in.")],
    key: Annotated[Path, typer.Option(help="Tệp khóa ký; tạo mới nếu chưa có.")] = Path("var/issuer/issuer.key"),
    host: Annotated[str, typer.Option(help="Địa chỉ lắng nghe.")] = LOOPBACK,
    port: Annotated[int, typer.Option(help="Cổng lắng nghe.")] = 8100,
) -> None:
    """Chạy riêng phần đăng nhập ở /sign-in. PARINDEX_ISSUER của các dịch vụ là địa chỉ này cộng /sign-in."""
    try:
        known = Accounts.from_file(accounts)
    except Refused as refused:
        print_refusal(refused, Console())
        raise typer.Exit(1) from refused
    local = LocalIssuer(key_in(key), public_url.rstrip("/") + SIGN_IN_PATH)
    asyncio.run(_serve(local, known, host, port))


async def _serve(local: LocalIssuer, accounts: Accounts, host: str, port: int) -> None:
    """Serve the issuer, with the log of accounts and rights if PARINDEX_DATABASE_URL is set."""
    app, address = mounting_app(), IssuerSettings().database_url
    async with AsyncExitStack() as stack:
        held = None
        if address:
            settings = Settings(database_url=address)
            held = await stack.enter_async_context(registering(settings, local, accounts, utc_now))
        else:
            await stack.enter_async_context(rereading(accounts))
        app.mount(SIGN_IN_PATH, issuer_app(local, accounts, utc_now, held))
        await serve_app(app, host, port)
