"""The driver's requests: retried while a service is down, with renewed tokens, and without a second write."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from parindex.auth.principal import Role
from parindex_cli.rounds import sending
from parindex_cli.rounds.refusals import RoundStepError, StillWaitingError
from parindex_cli.rounds.sending import Gateway, Sender

OFFICE = (Role.OFFICE, "H09")
Answers = list[httpx.Response | httpx.TransportError]


class Service:
    """A transport with prepared answers and errors, which records its requests: a server, its proxy, the network."""

    def __init__(self, *answers: httpx.Response | httpx.TransportError) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.signed_in = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer

    async def token(self, role: Role, node: str) -> str:
        self.signed_in += 1
        return f"{role}-{node}-{self.signed_in}"


@asynccontextmanager
async def sender_to(service: Service) -> AsyncIterator[Sender]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(service), base_url="http://far") as client:
        yield Sender(Gateway({"survey": client}, service.token), "digest")


def busy(status: int, **headers: str) -> Callable[[], httpx.Response]:
    return lambda: httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()})


AWAY: list[Callable[[], httpx.Response | httpx.TransportError]] = [
    busy(503, Retry_After="0"),
    busy(429, Retry_After="0"),
    busy(409, Retry_After="0"),
    busy(503, Retry_After="Fri, 27 Nov 2026 03:00:00 GMT"),
    busy(502),
    busy(504),
    busy(500),
    lambda: httpx.ReadError("reset"),
    lambda: httpx.ConnectError("refused"),
    lambda: httpx.ReadTimeout("silent"),
    lambda: httpx.RemoteProtocolError("gone"),
]


@pytest.mark.parametrize("away", AWAY)
async def test_a_command_is_sent_again_with_the_same_key_until_it_is_answered(
    away: Callable[[], httpx.Response | httpx.TransportError],
) -> None:
    service = Service(away(), away(), httpx.Response(201, json={"ok": True}))
    async with sender_to(service) as sender:
        answer = await sender.send("survey", "POST", "/v1/x", {"a": 1}, OFFICE)
    assert answer.json() == {"ok": True}
    assert len({(request.headers["Idempotency-Key"], request.content) for request in service.asked}) == 1
    assert len(service.asked) == 3


async def test_a_service_that_fails_and_fails_is_believed() -> None:
    service = Service(*[httpx.Response(500, json={"code": "internal-error", "detail": "Lỗi."}) for _ in range(3)])
    async with sender_to(service) as sender:
        with pytest.raises(RoundStepError, match="Lỗi"):
            await sender.send("survey", "POST", "/v1/x", {}, OFFICE)
    assert service.answers == []


async def test_the_time_that_a_service_asks_for_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TIMEOUT_S", 0.3)  # the remaining time limits the pause
    service = Service(httpx.Response(503, headers={"Retry-After": "3600"}), httpx.Response(201))
    async with sender_to(service) as sender:
        with pytest.raises(StillWaitingError, match="survey/v1/x"):
            await sender.send("survey", "POST", "/v1/x", {}, OFFICE)
    assert len(service.asked) == 1


async def test_a_token_that_has_expired_is_replaced_and_the_same_is_asked_again() -> None:
    service = Service(httpx.Response(200), httpx.Response(401), httpx.Response(200))
    async with sender_to(service) as sender:
        for _ in range(2):
            await sender.send("survey", "POST", "/v1/x", {}, OFFICE)
    assert [request.headers["Authorization"] for request in service.asked] == [
        "Bearer office-H09-1",
        "Bearer office-H09-1",
        "Bearer office-H09-2",
    ]
    assert len({request.headers["Idempotency-Key"] for request in service.asked}) == 1


async def test_a_service_that_refuses_a_fresh_token_is_asked_no_more() -> None:
    service = Service(httpx.Response(401, json={"detail": "Chữ ký sai."}))
    async with sender_to(service) as sender:
        with pytest.raises(RoundStepError, match="Are the key or the credentials"):
            await sender.send("survey", "POST", "/v1/x", {}, OFFICE)
    assert service.signed_in == 1


@pytest.mark.parametrize("status", [401, 403, 422])
async def test_what_never_comes_is_not_waited_for(status: int) -> None:
    service = Service(httpx.Response(status, json={"detail": "Không được."}))
    async with sender_to(service) as sender:
        with pytest.raises(RoundStepError, match="Không được"):
            await sender.until("survey", "/v1/x", OFFICE, lambda answer: answer.is_success)


async def test_what_is_not_there_yet_is_waited_for() -> None:
    service = Service(httpx.Response(404), httpx.Response(503), httpx.ReadError("reset"), httpx.Response(200))
    async with sender_to(service) as sender:
        await sender.until("survey", "/v1/x", OFFICE, lambda answer: answer.is_success)
    assert service.answers == []


@pytest.mark.parametrize("content", [b"<html>404</html>", b"[]", b"\xff", b'{"detail": 1}', b""])
async def test_an_answer_that_is_no_problem_document_is_shown_as_it_is(content: bytes) -> None:
    async with sender_to(Service(httpx.Response(404, content=content))) as sender:
        with pytest.raises(RoundStepError, match=r"POST survey/v1/x: HTTP 404"):
            await sender.send("survey", "POST", "/v1/x", {}, OFFICE)
