"""How the driver of a round asks: signed in, with idempotency keys, patient with a service that is away."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from parindex.auth.principal import Role
from parindex.backoff import Backoff
from parindex_cli.rounds.calls import Call, Identity
from parindex_cli.rounds.refusals import RoundStepError, StillWaitingError

PATIENCE_S = 120.0
"""Seconds that one step waits for a service to come back, or for the others to catch up."""
LATER = frozenset((429, 502, 503, 504))
"""Answers after which the same command is sent again with the same key; so is every answer with `Retry-After`."""
AGAIN_AT_MOST = 3
"""How often a command is sent that got another server error: the connection may have been lost behind the service."""
NEVER = frozenset((400, 401, 403, 405, 422))
"""Answers that asking again does not change."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where the services are, and who the driver may be: `clients` by service, `token(role, node)` for each asker."""

    clients: dict[str, httpx.AsyncClient]
    token: Callable[[Role, str], Awaitable[str]]


class Sender:
    """Sends the commands of one round file; `digest` names the file, so that a second run repeats nothing.

    Who asks is an identity of the gateway, or the secret of a device. A token that has expired is replaced by a new one
    and the same is asked again, once: a service that refuses a fresh token means it.
    """

    def __init__(self, gateway: Gateway, digest: str) -> None:
        self._gateway = gateway
        self._digest = digest
        self._tokens: dict[Identity, str] = {}

    async def sign_in(self, identities: Iterable[Identity]) -> None:
        """Get a token for each of these; raise what the gateway raises for one that it has no way in for."""
        for each in identities:
            self._tokens[each] = await self._gateway.token(*each)

    async def call(self, call: Call) -> httpx.Response:
        """Send a command of the file as who it is from; raise as `send`."""
        return await self.send(call.service, call.method, call.path, call.body, call.by, once=call.once)

    async def send(
        self, service: str, method: str, path: str, body: Any, by: Identity | str = "", *, once: bool = False
    ) -> httpx.Response:
        """Send a command until it is answered; raise RoundStepError where it is refused, StillWaitingError.

        `once`: what it makes is made once and never changes, so its key is of its own content, whatever else is in
        the file: a file that was fixed elsewhere finds it done. Where a content may come back (claims A, then B, then
        A again) the key is of the whole file, or the second A would be taken for a retry of the first.
        """
        content, of = msgspec.json.encode(body), "once" if once else self._digest
        key = hashlib.sha256(f"{of} {method} {path} ".encode() + content).hexdigest()[:40]
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        client, step = self._gateway.clients[service], f"{method} {service}{path}"

        async def ask(bearer: dict[str, str]) -> httpx.Response:
            return await client.request(method, path, content=content, headers=headers | bearer)

        answer = await answered(lambda: self._as(by, ask), step)
        if answer.is_error:
            raise RoundStepError(step, answer)
        return answer

    async def get(self, service: str, path: str) -> httpx.Response:
        """Read something public; raise RoundStepError, StillWaitingError."""
        client, step = self._gateway.clients[service], f"GET {service}{path}"
        answer = await answered(lambda: client.get(path), step)
        if answer.is_error:
            raise RoundStepError(step, answer)
        return answer

    async def until(self, service: str, path: str, by: Identity, done: Callable[[httpx.Response], bool]) -> None:
        """Ask again and again until an answer will do; raise RoundStepError, StillWaitingError."""
        client, said = self._gateway.clients[service], ""
        async for wait in _patience():
            try:
                answer = await self._as(by, lambda bearer: client.get(path, headers=bearer))
            except httpx.TransportError as error:
                said = type(error).__name__
                continue
            if answer.status_code in NEVER:
                raise RoundStepError(f"GET {service}{path}", answer)
            if done(answer):
                return
            said = answer.text[:300]
            wait.at_least = retry_after(answer)
        raise StillWaitingError(f"{service} {path}: {said}")

    async def _as(
        self, by: Identity | str, ask: Callable[[dict[str, str]], Awaitable[httpx.Response]]
    ) -> httpx.Response:
        if isinstance(by, str):
            return await ask(_bearer(by))
        if by in self._tokens:
            answer = await ask(_bearer(self._tokens[by]))
            if answer.status_code != HTTPStatus.UNAUTHORIZED:
                return answer
        self._tokens[by] = await self._gateway.token(*by)
        return await ask(_bearer(self._tokens[by]))


async def answered(ask: Callable[[], Awaitable[httpx.Response]], step: str) -> httpx.Response:
    """Send the same again while the service is away or busy: its key keeps it from being done twice.

    Raise StillWaitingError, with the last that was heard of it.
    """
    said, failed = "", 0
    async for wait in _patience():
        try:
            answer = await ask()
        except httpx.TransportError as error:
            said = type(error).__name__
            continue
        failed += answer.is_server_error and answer.status_code not in LATER
        if not _is_for_later(answer, failed):
            return answer
        said = answer.text[:300]
        wait.at_least = retry_after(answer)
    raise StillWaitingError(f"{step}: {said}")


def _is_for_later(answer: httpx.Response, failed: int) -> bool:
    if answer.status_code in LATER or (answer.is_error and "Retry-After" in answer.headers):
        return True
    return answer.is_server_error and failed < AGAIN_AT_MOST


def retry_after(answer: httpx.Response) -> float:
    """Return for how many seconds an answer asks to be left in peace; 0 where it does not say so in seconds."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


@dataclass(slots=True)
class _Wait:
    """The pause that follows: it grows by itself, and is `at_least` so many seconds where the service says so."""

    at_least: float = 0.0


async def _patience() -> AsyncIterator[_Wait]:
    """Yield now and again, ever more slowly, until PATIENCE_S has gone."""
    loop, backoff = asyncio.get_running_loop(), Backoff(first=0.02, most=1.0, growth=1.5)
    end = loop.time() + PATIENCE_S
    while loop.time() < end:
        wait = _Wait()
        yield wait
        pause = max(backoff.pause(), wait.at_least)
        await asyncio.sleep(min(pause, max(0.0, end - loop.time())))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
