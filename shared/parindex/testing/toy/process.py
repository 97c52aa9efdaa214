"""The pizzeria as an HTTP process of its own, for tests that kill, starve and flood it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from parindex.auth.fastapi import Authenticator, authenticate_with
from parindex.auth.issuer import LocalIssuer, key_in
from parindex.auth.tokens import Tokens
from parindex.hosting.databases import DatabaseUrls, settings_in
from parindex.hosting.http_process import service_app
from parindex.hosting.logging import configure_logs
from parindex.hosting.resources import open_resources
from parindex.hosting.server import LOOPBACK, listening
from parindex.instant import utc_now
from parindex.testing.fault_injection import ChildProcess, Countdown, child_process, dies_answering
from parindex.testing.serving import Served
from parindex.testing.toy import SERVICE

NEVER = 0


@asynccontextmanager
async def process(
    toy: Served, folder: Path, port: int, strike: int = NEVER, silence: float = 20
) -> AsyncIterator[ChildProcess]:
    """Run the pizzeria over the database of `toy`; it kills itself before it sends the `strike`-th response."""
    url = toy.resources.settings.database_url
    async with child_process(__file__, url, folder, port, strike, silence) as found:
        assert await found.said() == "ready"
        yield found


@asynccontextmanager
async def client(folder: Path, port: int) -> AsyncIterator[httpx.AsyncClient]:
    """A client of that process whose account may order."""
    token = _issuer(folder).mint("fan", ["office@H09"], timedelta(hours=1), utc_now())
    headers, base = {"Authorization": f"Bearer {token}"}, f"http://{LOOPBACK}:{port}"
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60, trust_env=False) as http:
        yield http


def _issuer(folder: Path) -> LocalIssuer:
    return LocalIssuer(key_in(folder / "issuer.key"), "https://issuer.example")


async def main(url: str, folder: Path, port: int, strike: int, silence: float) -> None:
    """Serve until killed."""
    settings = settings_in(DatabaseUrls(url, url)).model_copy(update={"silence": silence})
    async with open_resources(SERVICE, settings, utc_now) as resources:
        app = service_app(SERVICE, resources.context, resources.settings)
        authenticate_with(app, Authenticator(Tokens(_issuer(folder).keys(), utc_now)))
        async with listening(dies_answering(app, Countdown(strike)), port=port, head_within=silence):
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    words = sys.argv[1:]
    configure_logs("warning", SERVICE.name)
    asyncio.run(main(words[0], Path(words[1]), int(words[2]), int(words[3]), float(words[4])))
