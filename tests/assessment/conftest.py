"""A province, its criteria set (the first rows of Cà Mau 1880/QĐ-UBND 2013), and assessment's doors on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from assessment.service import SERVICE
from parindex.contracts.criteria import (
    Band,
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    Rule,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.eventstore.projecting import Projector
from parindex.hosting.resources import Resources
from parindex.testing.postgres import Databases
from parindex.testing.serving import NOON, served, signed_in

# code, level, name, maximum, rule: as the decision prints them; unread parts of 1.3 are entered as points
CA_MAU: list[tuple[str, Level, str, str, Rule | None, str]] = [
    ("1", Level.AREA, "Công tác chỉ đạo, điều hành CCHC", "10", None, ""),
    ("1.1", Level.CRITERION, "Kế hoạch CCHC năm", "5", None, ""),
    (
        "1.1.1", Level.COMPONENT, "Ban hành kế hoạch", "1", Timeliness(on_time="1", late="0.5", never="0"),
        "Kịp thời: 1; không kịp thời: 0,5; không ban hành: 0",
    ),
    ("1.1.2", Level.COMPONENT, "Xác định đầy đủ nhiệm vụ và bố trí kinh phí", "1", YesNo(), "Đầy đủ: 1; không: 0"),
    (
        "1.1.3", Level.COMPONENT, "Kết quả xác định rõ ràng, định rõ trách nhiệm", "1", YesNo(),
        "Đạt: 1; không: 0",
    ),
    (
        "1.1.4", Level.COMPONENT, "Mức độ thực hiện kế hoạch", "2",
        Steps(steps=[Step(bound="90", closed=False, points="2"), Step(bound="70", closed=True, points="1")]),
        "Trên 90%: 2; từ 70-90%: 1; dưới 70%: 0",
    ),
    ("1.2", Level.CRITERION, "Báo cáo CCHC", "2", None, ""),
    ("1.2.1", Level.COMPONENT, "Đủ số lượng và đúng thời gian", "1", YesNo(), "Đạt: 1; không: 0"),
    ("1.2.2", Level.COMPONENT, "Đủ nội dung theo quy định", "1", YesNo(), "Đạt: 1; không: 0"),
    ("1.3", Level.CRITERION, "Kiểm tra CCHC", "3", EnteredPoints(), ""),
]  # fmt: skip
SURVEY = [
    Criterion(code="2", name="Tác động của CCHC", level=Level.AREA, maximum="10"),
    Criterion(
        code="2.1", name="Mức độ hài lòng", level=Level.CRITERION, maximum="10", parent="2",
        rule=SurveyPoints(question="hai-long"),
    ),
]  # fmt: skip
AT_THE_HEAD = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def ca_mau_set() -> CriteriaSet:
    rows = [
        Criterion(
            code=code, name=name, level=level, maximum=maximum, parent=code.rpartition(".")[0], rule=rule,
            rule_text=text, evidence_required=code == "1.1.1",
        )
        for code, level, name, maximum, rule, text in CA_MAU
    ]  # fmt: skip
    bands = [Band(name="A", at_least="90"), Band(name="B", at_least="80"), Band(name="I", at_least="80", block="huyen")]
    return CriteriaSet(
        code="ca-mau-2013", title="Bộ chỉ số CCHC", reference="1880/QĐ-UBND", criteria=[*rows, *SURVEY], bands=bands
    )


def round_body(**changes: Any) -> dict[str, Any]:
    units = [{"code": "H16.01", "name": "Sở Nội vụ"}, {"code": "H16.02", "name": "Sở Tư pháp"}]
    return {
        "authority": "H16",
        "round": "r-2026",
        "year": 2026,
        "title": "Chỉ số CCHC năm 2026",
        "reference": "12/KH-UBND",
        "blocks": [{"code": "so", "name": "Sở, ban, ngành", "criteria_set": "ca-mau-2013", "units": units}],
        "appraisers": [{"criterion": "1.2", "appraiser": "H16.02"}],
        **changes,
    }


def all_claims() -> list[dict[str, Any]]:
    document = {"number": "01/KH-SNV", "issued_on": "2026-01-05", "title": "Kế hoạch CCHC năm 2026"}
    return [
        {"criterion": "1.1.1", "figures": {"outcome": "on_time"}, "evidence": [document]},
        {"criterion": "1.1.2", "figures": {"answer": "yes"}},
        {"criterion": "1.1.3", "figures": {"answer": "yes"}},
        {"criterion": "1.1.4", "figures": {"done": "9", "planned": "10"}},
        {"criterion": "1.2.1", "figures": {"answer": "no"}},
        {"criterion": "1.2.2", "applicable": False, "explanation": "Đơn vị không phải báo cáo."},
        {"criterion": "1.3", "figures": {"points": "2.50"}},
    ]


@pytest.fixture
def ca_mau() -> CriteriaSet:
    """The set, as a client sends it."""
    return ca_mau_set()


@pytest.fixture
def round_in() -> Callable[..., dict[str, Any]]:
    """Makes the body that opens a round: two departments, the second of which appraises the field 1.2."""
    return round_body


@pytest.fixture
def claims_in() -> Callable[[], list[dict[str, Any]]]:
    """Makes the claims of a whole self-score."""
    return all_claims


@dataclass
class Clock:
    """A clock that only a test moves."""

    moment: datetime = NOON

    def __call__(self) -> datetime:
        return self.moment

    def pass_days(self, days: int) -> None:
        self.moment += timedelta(days=days)


@dataclass(frozen=True)
class Caller:
    """A client of assessment, with an account and its rights."""

    http: httpx.AsyncClient
    clock: Clock
    name: str
    rights: tuple[str, ...]

    async def __call__(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        bearer = signed_in(self.name, *self.rights, at=self.clock())
        return await self.http.request(method, path, headers={**bearer, **named}, json=body)


@dataclass
class Assessment:
    """The service as it runs, and its people."""

    resources: Resources
    http: httpx.AsyncClient
    clock: Clock

    def caller(self, name: str, *rights: str) -> Caller:
        return Caller(self.http, self.clock, name, rights)

    @property
    def office(self) -> Caller:
        return self.caller("so-noi-vu", "office@H16")

    @property
    def unit(self) -> Caller:
        return self.caller("don-vi-1", "unit@H16.01")

    @property
    def other_unit(self) -> Caller:
        return self.caller("don-vi-2", "unit@H16.02")

    @property
    def field_appraiser(self) -> Caller:
        return self.caller("tham-dinh-2", "appraiser@H16.02")

    async def catch_up(self) -> None:
        """Let the projections see all that was written."""
        await Projector(self.resources.log, self.resources.engine, SERVICE.projections).catch_up()

    async def at_one_moment(self, *requests: Coroutine[Any, Any, httpx.Response]) -> list[httpx.Response]:
        """Let commands meet at one stream: the head of the log is locked until all of them wait for it."""
        log = self.resources.log
        async with asyncio.timeout(60), asyncio.TaskGroup() as group, self.resources.engine.begin() as holder:
            await log.lock(holder)
            tasks = [group.create_task(request) for request in requests]
            while not await log.pool.fetchval(AT_THE_HEAD) or log.queue.under_way < len(requests):
                pass  # the question to the database lets the commands go on
        return [task.result() for task in tasks]

    async def enact(self) -> None:
        body = {"authority": "H16", "criteria_set": msgspec.to_builtins(ca_mau_set())}
        assert (await self.office("POST", "/v1/criteria-sets", body)).status_code == 201

    async def open_round(self, **changes: Any) -> None:
        await self.enact()
        assert (await self.office("POST", "/v1/rounds", round_body(**changes))).status_code == 201

    async def submit(self, unit: str) -> None:
        caller, base = self.caller("don-vi", f"unit@{unit}"), f"/v1/rounds/r-2026/units/{unit}"
        assert (await caller("PUT", f"{base}/claims", all_claims())).status_code == 201
        assert (await caller("POST", f"{base}/self-score/submission")).status_code == 201

    async def uphold_all(self, unit: str) -> None:
        """The office upholds its own criteria; H16.02's field falls to it on H16.02's own sheet."""
        findings = [{"criterion": claim["criterion"], "upheld": True} for claim in all_claims()]
        answer = await self.office("POST", f"/v1/rounds/r-2026/units/{unit}/appraisal/findings", findings)
        assert answer.status_code == 201, answer.text

    async def complete(self, unit: str) -> httpx.Response:
        return await self.office("POST", f"/v1/rounds/r-2026/units/{unit}/appraisal/completion")

    async def appraise(self, unit: str) -> None:
        await self.submit(unit)
        await self.uphold_all(unit)
        assert (await self.complete(unit)).status_code == 201


@pytest_asyncio.fixture
async def assessment(database: Databases, tmp_path: Path) -> AsyncIterator[Assessment]:
    """Assessment with an empty log, and an empty folder for files."""
    clock = Clock()
    async with served(database, SERVICE, now=clock, files=tmp_path / "files") as opened, opened.http() as http:
        yield Assessment(opened.resources, http, clock)
