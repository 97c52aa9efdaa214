"""Assessment, served with the full province, whose round moves from one stage to the next through the API.

async with open_province(databases, folder, Size(2, 3, 10)) as province:
    await province.submit(province.size.codes)
    await province.read(OFFICE, "/rounds/full-2026")
"""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from assessment.service import SERVICE
from bench.full_province import (
    AUTHORITY,
    ROUND,
    Size,
    agency_of,
    claims_of,
    corrected_in,
    criteria_set,
    findings_of,
    kind_of,
    registered,
    round_of,
)
from parindex.eventstore.projecting import Projector
from parindex.testing.made_files import png
from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served, signed_in

Rights = tuple[str, ...]
OFFICE: Final[Rights] = (f"office@{AUTHORITY}",)
COUNCIL: Final[Rights] = (f"council@{AUTHORITY}",)
AGENCY: Final[Rights] = (f"appraiser@{agency_of(1)}",)
EVERY_FIELD: Final[Rights] = (f"appraiser@{AUTHORITY}",)
UNIT: Final[Rights] = (f"unit@{AUTHORITY}.X001",)
"""The rights of the people who read and write: the appraisers of one department, those of every field, a commune."""
API: Final = f"/v1/rounds/{ROUND}"
OF_ITEM: Final = f"units/{AUTHORITY}.X001/criteria/1.1"
READS: Final[Sequence[tuple[Rights, str]]] = (
    (OFFICE, "/v1/desk"),
    (AGENCY, "/v1/desk"),
    (OFFICE, f"/rounds/{ROUND}"),
    (OFFICE, f"/rounds/{ROUND}/units/{AUTHORITY}.X001/office"),
    (OFFICE, API),
    (AGENCY, f"/rounds/{ROUND}/appraisal"),
    (AGENCY, f"/rounds/{ROUND}/appraisal?state=to-do"),
    (AGENCY, f"/rounds/{ROUND}/appraisal?state=changed"),
    (AGENCY, f"{API}/appraisal"),
    (EVERY_FIELD, f"/rounds/{ROUND}/appraisal"),
    (AGENCY, f"/rounds/{ROUND}/appraisal/upholding"),
    (AGENCY, f"/rounds/{ROUND}/{OF_ITEM}/appraisal"),
    (EVERY_FIELD, f"/rounds/{ROUND}/{OF_ITEM}/appraisal"),
    (AGENCY, f"/rounds/{ROUND}/criteria/1.1/units"),
    (AGENCY, f"{API}/criteria/1.1/units"),
    (UNIT, "/v1/desk"),
    (UNIT, f"/rounds/{ROUND}/units/{AUTHORITY}.X001"),
    (UNIT, f"/rounds/{ROUND}/units/{AUTHORITY}.X001/explanation"),
    (UNIT, f"{API}/units/{AUTHORITY}.X001/self-score"),
)
"""The pages and reads of those who appraise and watch, and of a unit, each with the rights of its reader."""


@dataclass(frozen=True)
class ServedProvince:
    """The province, whose round is at some stage, and its service."""

    served: Served
    size: Size

    async def read(self, rights: Rights, path: str) -> httpx.Response:
        """Request a page or a route of the API as a person with some rights."""
        async with self.served.client(dict(headers_of(rights, path))) as http:
            return (await http.get(path)).raise_for_status()

    async def catch_up(self) -> None:
        """Let the read models read all entries."""
        await Projector(self.served.log, self.served.resources.engine, SERVICE.projections).catch_up()

    async def submit(self, units: Iterable[str]) -> None:
        """Let some units claim every criterion, upload a file, and submit."""
        for unit in units:
            async with self._http(f"unit@{unit}") as http:
                picture = png()
                named = {"Content-Disposition": 'attachment; filename="mo-phong.png"'}
                await _done(http.post(f"{API}/units/{unit}/files", content=picture, headers=named))
                claims = claims_of(self.size, hashlib.sha256(picture).hexdigest())
                await _done(http.put(f"{API}/units/{unit}/claims", json=claims))
                await _done(http.post(f"{API}/units/{unit}/self-score/submission"))
        await self.catch_up()

    async def find(self, units: Iterable[str], criteria: Iterable[str] = (), rights: Rights = EVERY_FIELD) -> None:
        """Make the findings of the first appraisal about some units: about some criteria, or about every one."""
        body = list(findings_of(self.size, [*criteria] or self.size.criteria_codes))
        async with self._http(*rights) as http:
            for unit in units:
                await _done(http.post(f"{API}/units/{unit}/appraisal/findings", json=body))
        await self.catch_up()

    async def explain(self, units: Iterable[str]) -> None:
        """Announce the first appraisal of some units, and let each explain every correction."""
        for unit in units:
            await self._post(OFFICE, f"{API}/units/{unit}/appraisal/announcement")
            said = [{"criterion": code, "explanation": "Giải trình mô phỏng."} for code in corrected_in(self.size)]
            async with self._http(f"unit@{unit}") as http:
                await _done(http.put(f"{API}/units/{unit}/explanations", json=said))
                await _done(http.post(f"{API}/units/{unit}/explanation/submission"))
        await self.catch_up()

    async def complete(self, units: Iterable[str]) -> None:
        """Let the second appraisal keep what the first one found, and complete the appraisal of some units."""
        body = [{"criterion": code, "kept": True, "comment": "Giữ kết quả."} for code in corrected_in(self.size)]
        for unit in units:
            await self._post(EVERY_FIELD, f"{API}/units/{unit}/appraisal/findings", body)
            await self._post(COUNCIL, f"{API}/units/{unit}/appraisal/completion")
        await self.catch_up()

    async def _post(self, rights: Rights, path: str, body: object = None) -> None:
        async with self._http(*rights) as http:
            await _done(http.post(path, json=body))

    def _http(self, *rights: str) -> httpx.AsyncClient:
        return self.served.http(_named(rights), *rights)


@asynccontextmanager
async def open_province(databases: Databases, folder: Path, size: Size) -> AsyncIterator[ServedProvince]:
    """Serve the province with its round just opened."""
    async with served(databases, SERVICE, files=folder) as opened:
        async with opened.http("office", *OFFICE) as office:
            for kind in dict.fromkeys(kind_of(unit) for unit in size.codes):
                enacted = {"authority": AUTHORITY, "criteria_set": criteria_set(kind, size)}
                await _done(office.post("/v1/criteria-sets", json=enacted))
            await _done(office.put(f"/v1/authorities/{AUTHORITY}/units", json=registered(size)))
            await _done(office.post("/v1/rounds", json=round_of(size)))
        yield ServedProvince(opened, size)


def headers_of(rights: Rights, path: str) -> Mapping[str, str]:
    """Return the headers of a person: of a program for a route of the API, of a browser for a page."""
    signed = signed_in(_named(rights), *rights)
    if path.startswith("/v1/"):
        return signed
    token = signed["Authorization"].removeprefix("Bearer ")
    return {"Cookie": f"__Host-parindex={token}", "Sec-Fetch-Site": "same-origin"}


def _named(rights: Rights) -> str:
    """Return the subject of a person with some rights."""
    return rights[0].replace("@", "-").lower()


async def _done(request: Any) -> None:
    (await request).raise_for_status()
