"""The systems on which a round is driven: a new embedded one, eight new processes, or a running gateway."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import msgspec
from starlette.types import ASGIApp

from parindex.auth.minting import MintToken, minted_by
from parindex.auth.page_cookies import SIGN_IN_PATH
from parindex.auth.principal import Role
from parindex.auth.refusals import SecretFileError
from parindex.hosting.process_limits import tune_garbage_collection
from parindex.inputs.files import read_text
from parindex.inputs.trees import TreeError, parse
from parindex.refusal import Kind, Refused
from parindex.wording import Wording
from parindex_cli.local.embedded import INSIDE, embedded
from parindex_cli.local.processes import eight_processes as started_processes
from parindex_cli.rounds.sending import LATER, Gateway, answered

SERVICES = ("assessment", "survey", "scoring", "publication")
TIMEOUT = httpx.Timeout(60.0)


class CredentialsError(Refused):
    """The credentials file has no valid account for a right that the round needs."""

    code = "credentials-missing"
    kind = Kind.UNAUTHENTICATED
    vi = "Tệp tài khoản không có “{role}@{node}”, hoặc mật khẩu không đúng."
    en = "The credentials file has no “{role}@{node}”, or its password is wrong."

    role: str
    node: str


class GatewayAwayError(Refused):
    """No server accepts connections at the gateway's address."""

    code = "gateway-away"
    kind = Kind.UNAVAILABLE
    vi, en = "Không kết nối được {url}; hệ thống đã chạy chưa?", "No server answers at {url}; is it up?"

    url: str


class GatewayForeignError(Refused):
    """Something else than this system answers at the gateway's address."""

    code = "gateway-foreign"
    vi, en = "Ở {url} là một chương trình khác, không phải parindex.", "At {url} is another program, not parindex."

    url: str


class _Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    password: str


class _Token(msgspec.Struct, frozen=True):
    access_token: str


class _Alive(msgspec.Struct, frozen=True):
    service: str


@asynccontextmanager
async def fresh_embedded() -> AsyncIterator[Gateway]:
    """Start a new embedded system, empty, and remove it at the end.

    Its data is removed at the end and never started again, so nothing waits until it is on the disk. Requests reach it
    without a socket, because client and services are one process.
    """
    with tempfile.TemporaryDirectory(prefix="parindex-", ignore_cleanup_errors=True) as folder:
        async with (
            embedded(Path(folder), durable=False) as system,
            clients({name: f"{INSIDE}/{name}" for name in SERVICES}, to=system.app) as found,
        ):
            tune_garbage_collection()
            yield Gateway(found, minted_by(system.issuer))


@asynccontextmanager
async def eight_processes() -> AsyncIterator[Gateway]:
    """Start the services as eight processes over PostgreSQL and RabbitMQ, empty, and remove them at the end."""
    with tempfile.TemporaryDirectory(prefix="parindex-", ignore_cleanup_errors=True) as folder:
        async with started_processes(Path(folder)) as started, clients(started.urls) as found:
            yield Gateway(found, minted_by(started.issuer))


@asynccontextmanager
async def running(url: str, token: MintToken) -> AsyncIterator[Gateway]:
    """Use a running gateway. Raises GatewayAwayError if no program answers there, GatewayForeignError."""
    async with clients({name: f"{url.rstrip('/')}/{name}" for name in SERVICES}) as found:
        try:
            answer = await found["assessment"].get("/health/live")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise GatewayAwayError(url) from error
        _check_ours(url, answer)
        yield Gateway(found, token)


def _check_ours(url: str, answer: httpx.Response) -> None:
    """Raise GatewayForeignError if another program answers; a gateway whose services are down for a moment is fine."""
    if answer.status_code in LATER:
        return
    try:
        alive = msgspec.json.decode(answer.content, type=_Alive).service
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GatewayForeignError(url) from error
    if alive != "assessment":
        raise GatewayForeignError(url)


@asynccontextmanager
async def clients(urls: Mapping[str, str], *, to: ASGIApp | None = None) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Open an HTTP client for each service; `to` is the app that answers in this process, if it is one."""
    transport = httpx.ASGITransport(to, raise_app_exceptions=False) if to else None
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=TIMEOUT, transport=transport))
            for name, url in urls.items()
        }


def signed_in_by(credentials: Path, url: str) -> MintToken:
    """Sign in with accounts from a YAML file: `office@H09: {name: …, password: …}`. Raises SecretFileError."""
    accounts = _credentials_in(credentials)

    async def token(role: Role, node: str) -> str:
        account = accounts.get(f"{role}@{node}")
        if account is None:
            raise CredentialsError(role, node)
        form = {"grant_type": "password", "username": account.name, "password": account.password}
        async with httpx.AsyncClient(timeout=TIMEOUT) as http:
            answer = await answered(lambda: http.post(f"{url.rstrip('/')}{SIGN_IN_PATH}/token", data=form), "sign-in")
        try:
            return msgspec.json.decode(answer.content, type=_Token).access_token
        except msgspec.DecodeError as error:
            raise CredentialsError(role, node) from error

    return token


def _credentials_in(path: Path) -> dict[str, _Credentials]:
    try:
        return msgspec.convert(parse(read_text(path)).content, dict[str, _Credentials])
    except OSError as error:
        raise SecretFileError.unread(path, error) from error
    except (TreeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        form = "office@H09: {name: …, password: …}"
        raise SecretFileError(path, Wording(f"phải có dạng {form}", f"has to look like {form}")) from error
