"""A round file, step by step through the HTTP doors, as a province's own software would do it.

Every write carries an idempotency key made of the file's content and the step, so a second run, or a run that was cut
off and started again, repeats nothing.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from parindex.auth.principal import Role
from parindex.refusal import Kind, Refused
from parindex.rounds.file import Kiosk, RoundFile, SelfScore

PATIENCE_S = 120.0
"""How long one step waits for the others to catch up before it says what it is waiting for."""
PRESSES = 500
"""Presses sent in one request."""


class RoundStepError(Refused):
    """A service refused a step of the round; its problem document says why."""

    code = "round-step-refused"
    kind = Kind.CONFLICT

    def __init__(self, step: str, answer: httpx.Response) -> None:
        try:
            problem = msgspec.json.decode(answer.content)
        except msgspec.DecodeError:
            problem = {}
        places = "; ".join(f"{place['at']}: {place['vi']}" for place in problem.get("places", [])[:20])
        vi = problem.get("detail", answer.text[:500])
        super().__init__(f"{step}: {vi} {places}".strip(), f"{step}: {problem.get('detail_en', vi)} {places}".strip())


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


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a round, for the progress display: its name, and how many requests it makes."""

    name: str
    requests: int


class Driver:
    """Drives one round file through a gateway."""

    def __init__(self, gateway: Gateway, file: RoundFile) -> None:
        self._gateway = gateway
        self._file = file
        self._digest = hashlib.sha256(msgspec.json.encode(file)).hexdigest()[:16]
        self._tokens: dict[tuple[Role, str], str] = {}

    def steps(self) -> list[Step]:
        """Name the steps in order with their sizes."""
        file = self._file
        return [
            Step("Ban hành bộ chỉ số", len(file.criteria_sets)),
            Step("Mở đợt đánh giá", 1),
            Step("Kiosk ghi nhận đánh giá", sum(len(_batches(kiosk)) for kiosk in file.kiosks)),
            Step("Nạp kết quả điều tra", 1 if file.tallies else 0),
            Step("Tự chấm điểm", len(file.self_scores)),
            Step("Thẩm định", len(file.self_scores)),
            Step("Khóa đợt, khóa điều tra", 2),
            Step("Chốt số liệu", 1),
            Step("Niêm phong và công bố", 2),
        ]

    async def run(self) -> AsyncIterator[int]:
        """Run all steps; yields the number of the step at each finished request. `result` reads what came out.

        Raises RoundStepError where a service refuses, StillWaitingError where one does not catch up, and httpx's
        transport errors where one can't be reached.
        """
        walks = [self._enact, self._open, self._press, self._bring_tallies, self._self_score, self._appraise]
        walks += [self._close, self._settle, self._announce]
        for number, walk in enumerate(walks):
            async for _ in walk():
                yield number

    async def result(self) -> dict[str, Any]:
        """Return the announced result, as any citizen gets it."""
        answer = await self._gateway.clients["publication"].get(f"/v1/rounds/{self._file.round}/result")
        if answer.is_error:
            raise RoundStepError("Đọc kết quả", answer)
        result: dict[str, Any] = answer.json()
        return result

    async def until_ready_to_freeze(self, *, or_frozen: bool = False) -> None:
        """Wait until publication holds the newest settling whole; raise StillWaitingError."""
        token = await self._as(Role.OFFICE, self._file.authority)

        def ready(answer: httpx.Response) -> bool:
            return answer.is_success and bool(answer.json()["ready"] or (or_frozen and answer.json()["editions"]))

        await self._until("publication", f"/v1/rounds/{self._file.round}/freezing", token, ready)

    async def _enact(self) -> AsyncIterator[None]:
        for criteria_set in self._file.criteria_sets:
            body = {"authority": self._file.authority, "criteria_set": msgspec.to_builtins(criteria_set)}
            await self._office("assessment", "POST", "/v1/criteria-sets", body)
            yield

    async def _open(self) -> AsyncIterator[None]:
        file = msgspec.to_builtins(self._file)
        names = ("authority", "round", "year", "title", "reference", "blocks", "deadlines", "appraisers")
        await self._office("assessment", "POST", "/v1/rounds", {name: file[name] for name in names if file.get(name)})
        yield

    async def _press(self) -> AsyncIterator[None]:
        if self._file.kiosks or self._file.tallies:
            await self._until_survey_knows()
        for kiosk in self._file.kiosks:
            secret = await self._enrol(kiosk)
            for batch in _batches(kiosk):
                path = f"/v1/kiosks/{kiosk.kiosk}/ratings"
                await self._send("survey", "POST", path, batch, token=secret)
                yield

    async def _enrol(self, kiosk: Kiosk) -> str:
        body: dict[str, Any] = {"kiosk": kiosk.kiosk, "unit": kiosk.unit, "question": kiosk.question}
        if kiosk.options:
            body["options"] = kiosk.options
        answer = await self._office("survey", "POST", "/v1/kiosks", body)
        code = {"code": answer.json()["code"]}
        enrolled = await self._send("survey", "POST", f"/v1/kiosks/{kiosk.kiosk}/enrolment", code)
        return str(enrolled.json()["token"])

    async def _bring_tallies(self) -> AsyncIterator[None]:
        if self._file.tallies:
            body = msgspec.to_builtins(self._file.tallies)
            await self._office("survey", "POST", f"/v1/rounds/{self._file.round}/tallies", body)
            yield

    async def _self_score(self) -> AsyncIterator[None]:
        for score in self._file.self_scores:
            at = f"/v1/rounds/{self._file.round}/units/{score.unit}"
            token = await self._as(Role.UNIT, score.unit)
            await self._send("assessment", "PUT", f"{at}/claims", msgspec.to_builtins(score.claims), token)
            await self._send("assessment", "POST", f"{at}/self-score/submission", {}, token)
            yield

    async def _appraise(self) -> AsyncIterator[None]:
        corrections = {appraisal.unit: appraisal.findings for appraisal in self._file.appraisals}
        for score in self._file.self_scores:
            if score.unit not in corrections:
                continue
            at = f"/v1/rounds/{self._file.round}/units/{score.unit}/appraisal"
            findings = list(_findings(score, corrections[score.unit]))
            await self._office("assessment", "POST", f"{at}/findings", findings)
            await self._office("assessment", "POST", f"{at}/completion", {})
            yield

    async def _close(self) -> AsyncIterator[None]:
        await self._office("assessment", "POST", f"/v1/rounds/{self._file.round}/closing", {})
        yield
        await self._until_survey_knows()
        await self._office("survey", "POST", f"/v1/rounds/{self._file.round}/tally-closing", {})
        yield

    async def _settle(self) -> AsyncIterator[None]:
        token = await self._as(Role.OFFICE, self._file.authority)
        path = f"/v1/rounds/{self._file.round}/settlement"

        def settled(answer: httpx.Response) -> bool:
            return answer.is_success and bool(answer.json()["settled"])

        await self._until("scoring", path, token, settled)
        yield

    async def _announce(self) -> AsyncIterator[None]:
        at = f"/v1/rounds/{self._file.round}/editions"
        await self.until_ready_to_freeze(or_frozen=True)
        await self._office("publication", "POST", at, {})
        yield
        await self._office("publication", "POST", f"{at}/1/announcement", {})
        yield

    async def _until_survey_knows(self) -> None:
        token = await self._as(Role.OFFICE, self._file.authority)
        path = f"/v1/rounds/{self._file.round}/tallying"
        await self._until("survey", path, token, lambda answer: answer.is_success)

    async def _until(self, service: str, path: str, token: str, done: Callable[[httpx.Response], bool]) -> None:
        answer = None
        async for _ in _patience():
            answer = await self._gateway.clients[service].get(path, headers={"Authorization": f"Bearer {token}"})
            if done(answer):
                return
        raise StillWaitingError(f"{service} {path}: {answer.text[:300] if answer is not None else ''}")

    async def _office(self, service: str, method: str, path: str, body: Any) -> httpx.Response:
        token = await self._as(Role.OFFICE, self._file.authority)
        return await self._send(service, method, path, body, token)

    async def _send(self, service: str, method: str, path: str, body: Any, token: str = "") -> httpx.Response:
        content = msgspec.json.encode(body)
        key = hashlib.sha256(f"{self._digest} {method} {path} ".encode() + content).hexdigest()[:40]
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = await self._gateway.clients[service].request(method, path, content=content, headers=headers)
        if answer.is_error:
            raise RoundStepError(f"{method} {service}{path}", answer)
        return answer

    async def _as(self, role: Role, node: str) -> str:
        if (role, node) not in self._tokens:
            self._tokens[role, node] = await self._gateway.token(role, node)
        return self._tokens[role, node]


async def _patience() -> AsyncIterator[None]:
    """Yield now and again, ever more slowly, until PATIENCE_S has gone."""
    loop, pause = asyncio.get_running_loop(), 0.02
    end = loop.time() + PATIENCE_S
    while loop.time() < end:
        yield
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 1.0)


def _findings(score: SelfScore, corrections: Sequence[Any]) -> Iterator[dict[str, Any]]:
    corrected = {finding.criterion: finding for finding in corrections}
    for claim in score.claims:
        if finding := corrected.get(claim.criterion):
            yield msgspec.to_builtins(finding)
        else:
            yield {"criterion": claim.criterion, "upheld": True}


def _batches(kiosk: Kiosk) -> list[list[dict[str, Any]]]:
    presses = [press for press in kiosk.presses for _ in range(press.times)]
    numbered = enumerate(presses, start=1)
    rows = [{"seq": seq, "option": press.option, "pressed_at": press.pressed_at} for seq, press in numbered]
    return [rows[start : start + PRESSES] for start in range(0, len(rows), PRESSES)]
