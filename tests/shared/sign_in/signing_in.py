"""A sign-in app with its accounts file, its log and its clock, for tests of its pages."""

from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.eventstore.log import Log
from parindex.hosting.databases import DatabaseUrls, plan_of, restrict_to, settings_in
from parindex.hosting.migrations import migrations_of, upgrade
from parindex.hosting.resources import Resources
from parindex.sign_in.app import issuer_app, mounting_app
from parindex.sign_in.following import registering
from parindex.sign_in.service import NAME, PACKAGE
from parindex.testing.passwords import QUICK
from parindex.testing.postgres import Databases
from parindex.testing.serving import NOON

PASSWORD, NEW = "đúng mật khẩu", "mật khẩu mới tinh"
HASH = hash_password(PASSWORD, QUICK)
KEY = new_key()
HTTP, HTTPS = "http://office.lan:8080", "https://cchc.tinh.gov.vn"
OURS = {"Sec-Fetch-Site": "same-origin"}
LAN: dict[str, Any] = {
    "name": "nguyễn.thị.lan",
    "kind": "person",
    "password_hash": HASH,
    "rights": ["office@H09", "unit@H62.01"],
    "id": "a00000lan",
}
BINH = LAN | {"name": "binh", "rights": [], "id": "a0000binh"}
VNPT = LAN | {"name": "vnpt", "kind": "client", "id": "a0000vnpt"}


def text_of(*rows: Mapping[str, Any]) -> str:
    """Return an accounts file as a person writes one: without the anchors that YAML has for lists that are the same."""
    return yaml.safe_dump({"accounts": [deepcopy(dict(row)) for row in rows]}, allow_unicode=True)


@dataclass
class Door:
    """A sign-in app with its accounts file, its log and its clock."""

    path: Path
    accounts: Accounts
    held: Resources | None
    issuer: LocalIssuer
    now: datetime = NOON

    def write(self, *rows: Mapping[str, Any]) -> None:
        self.path.write_text(text_of(*rows), "utf-8")
        self.accounts.reread()

    def app(self) -> FastAPI:
        outer = mounting_app()
        outer.mount("/sign-in", issuer_app(self.issuer, self.accounts, lambda: self.now, self.held))
        return outer

    def browser(self) -> AsyncClient:
        """Make a browser: it stores cookies, and says that its forms are from our own page."""
        base = self.issuer.url.removesuffix("/sign-in")
        accept = {"Accept": "text/html,*/*;q=0.8"}
        return AsyncClient(transport=ASGITransport(self.app()), base_url=base, headers=OURS | accept)

    @property
    def log(self) -> Log:
        assert self.held is not None
        return self.held.log


@pytest.fixture
async def urls(database: Databases) -> DatabaseUrls:
    async def migrate(dsn: str) -> None:
        await restrict_to(dsn, NAME)
        await upgrade(plan_of(NAME, DatabaseUrls(dsn, dsn), lambda _: migrations_of(PACKAGE)))

    found = await database(NAME, migrate)
    await migrate(found.dsn)
    return DatabaseUrls(database.server.url(found.name, role=NAME), found.url)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.yaml"
    path.write_text(text_of(LAN, BINH, VNPT), "utf-8")
    return path


@pytest.fixture
async def door(urls: DatabaseUrls, path: Path) -> AsyncIterator[Door]:
    accounts, issuer = Accounts.from_file(path, QUICK), LocalIssuer(KEY, f"{HTTP}/sign-in")
    async with registering(settings_in(urls), issuer, accounts, lambda: NOON) as held:
        yield Door(path, accounts, held, issuer)


@pytest.fixture
def plain_door(path: Path) -> Door:
    """Sign-in without a log, over https."""
    return Door(path, Accounts.from_file(path, QUICK), None, LocalIssuer(KEY, f"{HTTPS}/sign-in"))
