"""How the driver of a round asks: signed in, with idempotency keys, patient with a service that is away."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from parindex.auth.principal import Role
from parindex.refusal import Kind, Place, Refused

PATIENCE_S = 120.0
"""Seconds that one step waits for a service to come back, or for the others to catch up."""
LATER = frozenset((429, 502, 503, 504))
"""Answers after which the same wish is sent again."""
NOT_OF_THIS_SYSTEM = (
    " Khóa ký hoặc tài khoản không phải của hệ thống ở địa chỉ đó?",
    " Are the key or the credentials those of the system at that address?",
)


class RoundStepError(Refused):
    """A service refused a step of the round; its problem document says why."""

    code = "round-step-refused"
    kind = Kind.CONFLICT

    def __init__(self, step: str, answer: httpx.Response) -> None:
        try:
            problem = msgspec.json.decode(answer.content)
        except msgspec.DecodeError:
            problem = {}
        places = [Place(place["at"], place["vi"], place["en"]) for place in problem.get("places", [])]
        vi = problem.get("detail", answer.text[:500])
        hint = NOT_OF_THIS_SYSTEM if answer.status_code == HTTPStatus.UNAUTHORIZED else ("", "")
        super().__init__(f"{step}: {vi}{hint[0]}", f"{step}: {problem.get('detail_en', vi)}{hint[1]}", places)


class StillWaitingError(Refused):
    """Something that the round waits for did not come; the text names it."""

    code = "round-still-waiting"
    kind = Kind.UNAVAILABLE

    def __init__(self, what: str) -> None:
        super().__init__(f"Chờ quá lâu: {what}", f"Waited too long: {what}")


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where the services are, and who the driver may be: `clients` by service, `token(role, node)` for each asker."""

    clients: dict[str, httpx.AsyncClient]
    token: Callable[[Role, str], Awaitable[str]]


class Sender:
    """Sends the wishes of one round file; `digest` names the file, so that a second run repeats nothing."""

    def __init__(self, gateway: Gateway, digest: str) -> None:
        self._gateway = gateway
        self._digest = digest
        self._tokens: dict[tuple[Role, str], str] = {}

    async def signed_in(self, role: Role, node: str) -> str:
        """Return a token for somebody, always the same one."""
        if (role, node) not in self._tokens:
            self._tokens[role, node] = await self._gateway.token(role, node)
        return self._tokens[role, node]

    async def send(
        self, service: str, method: str, path: str, body: Any, token: str = "", *, once: bool = False
    ) -> httpx.Response:
        """Send a wish until it is answered; raise RoundStepError where it is refused, StillWaitingError.

        `once`: what it makes is made once and never changes, so its key is of its own content, whatever else stands in
        the file: a file that was mended elsewhere finds it done. Where a content may come back (claims A, then B, then
        A again) the key is of the whole file, or the second A would be taken for a retry of the first.
        """
        content, of = msgspec.json.encode(body), "once" if once else self._digest
        key = hashlib.sha256(f"{of} {method} {path} ".encode() + content).hexdigest()[:40]
        headers = {"Content-Type": "application/json", "Idempotency-Key": key} | _bearer(token)
        client, step = self._gateway.clients[service], f"{method} {service}{path}"
        answer = await _answered(lambda: client.request(method, path, content=content, headers=headers), step)
        if answer.is_error:
            raise RoundStepError(step, answer)
        return answer

    async def get(self, service: str, path: str) -> httpx.Response:
        """Read something public; raise RoundStepError, StillWaitingError."""
        client, step = self._gateway.clients[service], f"GET {service}{path}"
        answer = await _answered(lambda: client.get(path), step)
        if answer.is_error:
            raise RoundStepError(step, answer)
        return answer

    async def until(self, service: str, path: str, token: str, done: Callable[[httpx.Response], bool]) -> None:
        """Ask again and again until an answer will do; raise StillWaitingError."""
        client, said = self._gateway.clients[service], ""
        async for _ in _patience():
            try:
                answer = await client.get(path, headers=_bearer(token))
            except httpx.TransportError as error:
                said = type(error).__name__
                continue
            if done(answer):
                return
            said = answer.text[:300]
        raise StillWaitingError(f"{service} {path}: {said}")


async def _answered(ask: Callable[[], Awaitable[httpx.Response]], step: str) -> httpx.Response:
    """Send the same again while the service is away or busy: its key keeps it from being done twice."""
    said = ""
    async for _ in _patience():
        try:
            answer = await ask()
        except httpx.TransportError as error:
            said = type(error).__name__
            continue
        if answer.status_code not in LATER:
            return answer
        said = answer.text[:300]
    raise StillWaitingError(f"{step}: {said}")


async def _patience() -> AsyncIterator[None]:
    """Yield now and again, ever more slowly, until PATIENCE_S has gone."""
    loop, pause = asyncio.get_running_loop(), 0.02
    end = loop.time() + PATIENCE_S
    while loop.time() < end:
        yield
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 1.0)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
