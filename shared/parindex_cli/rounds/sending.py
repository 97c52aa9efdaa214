"""The requests of a round's driver: signed in, with idempotency keys, and retried while a service is down."""

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
from parindex.reasons import lost
from parindex.wording import Wording
from parindex_cli.rounds.calls import Call, Identity
from parindex_cli.rounds.refusals import RoundStepError, StillWaitingError

TIMEOUT_S = 120.0
"""Seconds for which one step waits for a service to come back, or for other services to catch up."""
LATER = frozenset((429, 502, 503, 504))
"""Answers after which the same command is sent again with the same key; so is every answer with `Retry-After`."""
AGAIN_AT_MOST = 3
"""Attempts of a command after other server errors: the service may have lost its database connection."""
NEVER = frozenset((400, 401, 403, 405, 422))
"""Statuses that a retry does not change."""

NOTHING = Wording("", "")


@dataclass(frozen=True, slots=True)
class Gateway:
    """A client of each service, and `token(role, node)`, which signs in each sender."""

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
        """Get a token for each of these senders. Raises the errors of the gateway's `token`."""
        for each in identities:
            self._tokens[each] = await self._gateway.token(*each)

    async def call(self, call: Call) -> httpx.Response:
        """Send a command of the file as its sender. Raises as `send` does."""
        seen = await self._version_of(call) if call.seen else ""
        of = "once" if call.once else f"{self._digest} {call.stage}".rstrip()
        return await self.send(call.service, call.method, call.path, call.body, call.by, of=of, seen=seen)

    async def send(
        self,
        service: str,
        method: str,
        path: str,
        body: Any,
        by: Identity | str = "",
        *,
        of: str = "",
        seen: str = "",
    ) -> httpx.Response:
        """Send a command until it is answered. Raises RoundStepError if it is refused, StillWaitingError.

        `of`: what the key is derived from, with the content; the whole file, if it says nothing. A command that creates
        something that never changes has a key of its own content ("once"), so a file that was fixed elsewhere does not
        repeat it. A content that may come back (claims A, then B, then A again) has a key derived from the whole file,
        because the second A would be taken for a retry of the first; one that may come back in the same file has its
        stage in the key, too.
        `seen`: the version (ETag) on which the command is based.
        """
        content = msgspec.json.encode(body)
        key = hashlib.sha256(f"{of or self._digest} {method} {path} ".encode() + content).hexdigest()[:40]
        headers = {"Content-Type": "application/json", "Idempotency-Key": key} | ({"If-Match": seen} if seen else {})
        client, step = self._gateway.clients[service], f"{method} {service}{path}"

        async def ask(bearer: dict[str, str]) -> httpx.Response:
            return await client.request(method, path, content=content, headers=headers | bearer)

        answer = await answered(lambda: self._as(by, ask), step)
        if answer.is_error:
            raise RoundStepError(step, answer)
        return answer

    async def get(self, service: str, path: str) -> httpx.Response:
        """Read a public address. Raises RoundStepError, StillWaitingError."""
        client, step = self._gateway.clients[service], f"GET {service}{path}"
        answer = await answered(lambda: client.get(path), step)
        if answer.is_error:
            raise RoundStepError(step, answer)
        return answer

    async def until(self, service: str, path: str, by: Identity, done: Callable[[httpx.Response], bool]) -> None:
        """Repeat a GET until an answer is `done`. Raises RoundStepError, StillWaitingError."""
        client, said = self._gateway.clients[service], NOTHING
        async for wait in _attempts():
            try:
                answer = await self._as(by, lambda bearer: client.get(path, headers=bearer))
            except httpx.TransportError as error:
                said = lost(error)
                continue
            if answer.status_code in NEVER:
                raise RoundStepError(f"GET {service}{path}", answer)
            if done(answer):
                return
            said = Wording(answer.text[:300], answer.text[:300])
            wait.at_least = retry_after(answer)
        raise StillWaitingError(_waited_for(f"{service} {path}", said))

    async def _version_of(self, call: Call) -> str:
        """Read what the command is about, as its sender, and return its version."""
        client, step = self._gateway.clients[call.service], f"GET {call.service}{call.seen}"
        answer = await answered(lambda: self._as(call.by, lambda bearer: client.get(call.seen, headers=bearer)), step)
        if answer.is_error:
            raise RoundStepError(step, answer)
        return answer.headers["ETag"]

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
    """Retry a request while the service is down or busy; its idempotency key prevents a second write.

    Raises StillWaitingError, with the last answer or error.
    """
    said, failed = NOTHING, 0
    async for wait in _attempts():
        try:
            answer = await ask()
        except httpx.TransportError as error:
            said = lost(error)
            continue
        failed += answer.is_server_error and answer.status_code not in LATER
        if not _is_for_later(answer, failed):
            return answer
        said = Wording(answer.text[:300], answer.text[:300])
        wait.at_least = retry_after(answer)
    raise StillWaitingError(_waited_for(step, said))


def _waited_for(step: str, said: Wording) -> Wording:
    return Wording(f"{step}: {said.vi}", f"{step}: {said.en}")


def _is_for_later(answer: httpx.Response, failed: int) -> bool:
    if answer.status_code in LATER or (answer.is_error and "Retry-After" in answer.headers):
        return True
    return answer.is_server_error and failed < AGAIN_AT_MOST


def retry_after(answer: httpx.Response) -> float:
    """Return the seconds of an answer's `Retry-After`; 0 if it has none in seconds."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


@dataclass(slots=True)
class _Wait:
    """The pause before the next attempt: it grows with each attempt, and is `at_least` the service's `Retry-After`."""

    at_least: float = 0.0


async def _attempts() -> AsyncIterator[_Wait]:
    """Yield before each attempt, with a growing pause, until TIMEOUT_S has passed."""
    loop, backoff = asyncio.get_running_loop(), Backoff(first=0.02, most=1.0, growth=1.5)
    end = loop.time() + TIMEOUT_S
    while loop.time() < end:
        wait = _Wait()
        yield wait
        pause = max(backoff.pause(), wait.at_least)
        await asyncio.sleep(min(pause, max(0.0, end - loop.time())))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
