"""`parindex issuer`: the local issuer alone, for an installation that has no OIDC of its own."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from fastapi import FastAPI
from rich.console import Console

from parindex.auth.accounts import Accounts
from parindex.auth.issuer import LocalIssuer, key_in
from parindex.instant import utc_now
from parindex.refusal import Refused
from parindex.rounds.showing import show_refusal
from parindex.running.gateway import SIGN_IN, issuer_app, new_gateway
from parindex.running.listening import LOOPBACK
from parindex.running.listening import serve as serve_app


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
        show_refusal(refused, Console())
        raise typer.Exit(1) from refused
    local = LocalIssuer(key_in(key), public_url.rstrip("/") + SIGN_IN)
    asyncio.run(serve_app(_app(local, known), host, port))


def _app(local: LocalIssuer, accounts: Accounts) -> FastAPI:
    app = new_gateway()
    app.mount(SIGN_IN, issuer_app(local, accounts, utc_now))
    return app
