"""Makes a unit with many criteria and files, and measures and tests its pages and reads by it.

async with open_unit(databases, folder, criteria=120, files=300) as unit:
    await unit.read("/rounds/large-2026/units/H99.01")
"""

import hashlib
import struct
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from assessment.service import SERVICE
from parindex.eventstore.projecting import Projector
from parindex.testing.made_files import png
from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served, signed_in

ROUND, UNIT, AUTHORITY = "large-2026", "H99.01", "H99"
SHEET: Final = f"/rounds/{ROUND}/units/{UNIT}"
API: Final = f"/v1{SHEET}"
PAGES: Final = (
    "/", "/desk", SHEET, f"{SHEET}/criteria/1.1", f"{SHEET}/report", f"{SHEET}/files", f"{SHEET}/workbook",
    f"/authorities/{AUTHORITY}/units/{UNIT}",
)  # fmt: skip
READS: Final = ("/v1/desk", f"{API}/self-score", f"{API}/claims", f"{API}/claims/1.1", f"{API}/files")
RULES: Final[Sequence[tuple[Mapping[str, Any], Mapping[str, str]]]] = (
    ({"kind": "entered_points"}, {"points": "0.5"}),
    ({"kind": "yes_no"}, {"answer": "yes"}),
    ({"kind": "proportional"}, {"done": "9", "planned": "10"}),
    ({"kind": "timeliness", "on_time": "1", "late": "0.5"}, {"outcome": "late"}),
)
"""Rules that the criteria have in turn, each with figures that it takes."""
AREAS: Final = 8


@dataclass(frozen=True)
class LargeUnit:
    """The unit, its service, and the headers of its clerk: of a program, and of a browser."""

    served: Served
    program: Mapping[str, str]
    browser: Mapping[str, str]

    async def read(self, path: str) -> httpx.Response:
        """Request a page or a route of the API as the clerk."""
        headers = self.program if path.startswith("/v1/") else self.browser
        async with self.served.client(dict(headers)) as http:
            return (await http.get(path)).raise_for_status()


@asynccontextmanager
async def open_unit(
    database: Databases, folder: Path, criteria: int, files: int, rounds: int = 1
) -> AsyncIterator[LargeUnit]:
    """Serve assessment with a round of one unit that has claimed every criterion, with its files.

    `rounds`: how many there are; the unit has claimed nothing in the others.
    """
    async with served(database, SERVICE, files=folder) as opened:
        clerk = signed_in("clerk", f"unit@{UNIT}")
        async with opened.http("office", f"office@{AUTHORITY}") as office:
            set_in = {"authority": AUTHORITY, "criteria_set": _criteria_set(criteria)}
            await _done(office.post("/v1/criteria-sets", json=set_in))
            registered = {
                "code": UNIT,
                "valid_from": "2020-01-01",
                "name": "Sở có nhiều tiêu chí",
                "kind": "department",
            }
            await _done(office.put(f"/v1/authorities/{AUTHORITY}/units", json=[registered]))
            for number in range(1, rounds):
                await _done(office.post("/v1/rounds", json=_round() | {"round": f"other-{number}"}))
            await _done(office.post("/v1/rounds", json=_round()))
        async with opened.client(clerk) as unit:
            digests = [await _uploaded(unit, number) for number in range(files)]
            await _done(unit.put(f"{API}/claims", json=_claims(criteria, digests)))
        await Projector(opened.log, opened.resources.engine, SERVICE.projections).catch_up()
        token = clerk["Authorization"].removeprefix("Bearer ")
        browser = {"Cookie": f"__Host-parindex={token}", "Sec-Fetch-Site": "same-origin"}
        yield LargeUnit(opened, clerk, browser)


async def _done(request: Any) -> None:
    (await request).raise_for_status()


async def _uploaded(unit: httpx.AsyncClient, number: int) -> str:
    """Upload a picture that no other number has; return its digest."""
    text = f"number\0{number}".encode()
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    content = png(extra=chunk)
    named = {"Content-Disposition": f'attachment; filename="{number}.png"'}
    await _done(unit.post(f"{API}/files", content=content, headers=named))
    return hashlib.sha256(content).hexdigest()


def _codes(criteria: int) -> list[str]:
    return [f"{1 + number % AREAS}.{1 + number // AREAS}" for number in range(criteria)]


def _criteria_set(criteria: int) -> dict[str, Any]:
    codes = _codes(criteria)
    rows: list[dict[str, Any]] = []
    for area in sorted({code.partition(".")[0] for code in codes}):
        leaves = [code for code in codes if code.startswith(f"{area}.")]
        maximum = str(len(leaves))
        rows.append({"code": area, "name": f"Lĩnh vực {area}", "level": "area", "maximum": maximum})
        rows += [
            {"code": code, "name": f"Tiêu chí {code}", "level": "criterion", "parent": area, "maximum": "1",
             "rule": RULES[codes.index(code) % len(RULES)][0], "evidence_required": True}
            for code in leaves
        ]  # fmt: skip
    return {"code": "large", "title": "Bộ chỉ số lớn", "reference": "Tệp đo tốc độ", "criteria": rows}


def _round() -> dict[str, Any]:
    units = [{"code": UNIT, "name": "Sở có nhiều tiêu chí"}]
    blocks = [{"code": "so", "name": "Các sở", "criteria_set": "large", "units": units}]
    return {"authority": AUTHORITY, "round": ROUND, "year": 2026, "title": "Đợt đo tốc độ", "blocks": blocks}


def _claims(criteria: int, digests: Sequence[str]) -> list[dict[str, Any]]:
    """Return a claim of each criterion; the files are dealt out to them in turn."""
    return [
        {
            "criterion": code,
            "figures": RULES[number % len(RULES)][1],
            "evidence": [
                {"number": f"{at}/BC", "issued_on": "2026-03-01", "title": "Báo cáo quý I", "sha256": digest}
                for at, digest in list(enumerate(digests))[number::criteria]
            ],
            "explanation": "" if digests else "Không có tài liệu.",
        }
        for number, code in enumerate(_codes(criteria))
    ]
