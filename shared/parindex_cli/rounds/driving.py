"""Drives a round file step by step through the services' HTTP API, as a province's own software would.

Every write carries an idempotency key made of the file's content and the step, so a second run, or a run that was cut
off and started again, repeats nothing. A set, a round and a kiosk are made once: their keys are of their own content,
so a file that was refused halfway can be fixed and run again.

Units do not depend on each other, and neither do kiosks: their commands are sent side by side. The commands of one of
them are sent in order, and each step of the round begins when the one before is finished.
"""

import hashlib
import secrets
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from parindex.auth.principal import Role
from parindex.wording import Wording
from parindex_cli.rounds import calls
from parindex_cli.rounds.calls import Call
from parindex_cli.rounds.file import Kiosk, RoundFile
from parindex_cli.rounds.refusals import RoundStepError
from parindex_cli.rounds.sending import Gateway, Sender
from parindex_cli.rounds.side_by_side import AT_ONCE, side_by_side

CODE_SPENT = "enrolment-code-spent"


@dataclass(frozen=True, slots=True)
class DriverStep:
    """One step of a round, for the progress display: its name, and how many requests it makes."""

    name: str
    requests: int


class RoundDriver:
    """Drives one round file through a gateway: at most `at_once` units, or kiosks, side by side.

    `warnings` has what the opening said about units that the register does not have, or has under another name.
    """

    def __init__(self, gateway: Gateway, file: RoundFile, at_once: int = AT_ONCE) -> None:
        self.warnings: list[Wording] = []
        self._file = file
        self._at_once = at_once
        self._office = (Role.OFFICE, file.authority)
        self._anew = Sender(gateway, secrets.token_hex(8))  # with a new key in each run
        self._sender = Sender(gateway, hashlib.sha256(msgspec.json.encode(file)).hexdigest()[:16])

    def steps(self) -> list[DriverStep]:
        """Return the steps in order, with their sizes."""
        file = self._file
        return [
            DriverStep("Ban hành bộ chỉ số", len(file.criteria_sets)),
            DriverStep("Mở đợt đánh giá", 1),
            DriverStep("Kiosk ghi nhận đánh giá", sum(map(calls.batches, file.kiosks))),
            DriverStep("Nạp kết quả điều tra", 1 if file.tallies else 0),
            DriverStep("Tự chấm điểm", len(file.self_scores)),
            DriverStep("Thẩm định", len(file.appraisals)),
            DriverStep("Đóng đợt, đóng khảo sát", 2),
            DriverStep("Chốt điểm", 1),
            DriverStep("Niêm phong và công bố", 2),
        ]

    async def run(self) -> AsyncGenerator[int, None]:
        """Run all steps; yield the number of the step at each finished request. `result` reads the result.

        Everyone whose token is needed signs in before anything is written. Raises CredentialsError where one of them
        cannot, RoundStepError where a service refuses, StillWaitingError where one is away or does not catch up.
        """
        await self._sender.sign_in(calls.identities(self._file))
        walks = [self._enact, self._open, self._press, self._bring_tallies, self._self_score, self._appraise]
        walks += [self._close, self._settle, self._announce]
        for number, walk in enumerate(walks):
            async with aclosing(walk()) as requests:
                async for _ in requests:
                    yield number

    async def result(self) -> dict[str, Any]:
        """Return the announced result, as any citizen gets it."""
        answer = await self._sender.get("publication", f"/v1/rounds/{self._file.round}/result")
        result: dict[str, Any] = answer.json()
        return result

    async def until_ready_to_freeze(self, *, or_frozen: bool = False) -> None:
        """Wait until publication has received the newest settling completely. Raises StillWaitingError."""

        def ready(answer: httpx.Response) -> bool:
            return answer.is_success and bool(answer.json()["ready"] or (or_frozen and answer.json()["editions"]))

        await self._sender.until("publication", f"/v1/rounds/{self._file.round}/freezing", self._office, ready)

    async def _enact(self) -> AsyncGenerator[None, None]:
        for call in calls.enactments(self._file):
            await self._sender.call(call)
            yield

    async def _open(self) -> AsyncGenerator[None, None]:
        opened = await self._sender.call(calls.opening(self._file))
        self.warnings = [Wording(each["vi"], each["en"]) for each in opened.json().get("warnings", [])]
        yield

    async def _press(self) -> AsyncGenerator[None, None]:
        if self._file.kiosks or self._file.tallies:
            await self._until_survey_knows()
        async with aclosing(side_by_side(map(self._press_at, self._file.kiosks), self._at_once)) as presses:
            async for _ in presses:
                yield

    async def _press_at(self, kiosk: Kiosk) -> AsyncGenerator[None, None]:
        secret = await self._enrol(kiosk)
        for call in calls.presses(self._file, kiosk):
            await self._sender.send(call.service, call.method, call.path, call.body, secret)
            yield

    async def _enrol(self, kiosk: Kiosk) -> str:
        code = {"code": await self._code(kiosk)}
        enrolled = await self._sender.send("survey", "POST", f"/v1/kiosks/{kiosk.kiosk}/enrolment", code)
        return str(enrolled.json()["token"])

    async def _code(self, kiosk: Kiosk) -> str:
        """Register a kiosk and return its code; a second run, whose code has been used, requests another."""
        try:
            answer = await self._sender.call(calls.registration(self._file, kiosk))
        except RoundStepError as refused:
            if refused.problem.code != CODE_SPENT:
                raise
            path = f"/v1/kiosks/{kiosk.kiosk}/enrolment-codes"
            answer = await self._anew.send("survey", "POST", path, {}, self._office)
        return str(answer.json()["code"])

    async def _bring_tallies(self) -> AsyncGenerator[None, None]:
        for call in calls.tallies(self._file):
            await self._sender.call(call)
            yield

    def _self_score(self) -> AsyncGenerator[None, None]:
        scores = self._file.self_scores
        return side_by_side((self._all(calls.self_scoring(self._file, each)) for each in scores), self._at_once)

    def _appraise(self) -> AsyncGenerator[None, None]:
        appraisals = self._file.appraisals
        return side_by_side((self._all(calls.appraising(self._file, each)) for each in appraisals), self._at_once)

    async def _all(self, of_one: Iterable[Call]) -> AsyncGenerator[None, None]:
        """Send the commands of one unit, each after the one before."""
        for call in of_one:
            await self._sender.call(call)
        yield

    async def _close(self) -> AsyncGenerator[None, None]:
        await self._sender.call(calls.closing(self._file))
        yield
        await self._until_survey_knows()
        await self._post("survey", f"/v1/rounds/{self._file.round}/tally-closing")
        yield

    async def _settle(self) -> AsyncGenerator[None, None]:
        path = f"/v1/rounds/{self._file.round}/settlement"

        def settled(answer: httpx.Response) -> bool:
            return answer.is_success and bool(answer.json()["settled"])

        await self._sender.until("scoring", path, self._office, settled)
        yield

    async def _announce(self) -> AsyncGenerator[None, None]:
        at = f"/v1/rounds/{self._file.round}/editions"
        await self.until_ready_to_freeze(or_frozen=True)
        await self._post("publication", at)
        yield
        await self._sender.send("publication", "POST", f"{at}/1/announcement", {}, calls.publisher(self._file))
        yield

    async def _until_survey_knows(self) -> None:
        path = f"/v1/rounds/{self._file.round}/tallying"
        await self._sender.until("survey", path, self._office, lambda answer: answer.is_success)

    async def _post(self, service: str, path: str) -> httpx.Response:
        """Send a command without a body, as the office."""
        return await self._sender.send(service, "POST", path, {}, self._office)
