"""The data of a full province, generated: units, a criteria set for each of two blocks, a round, claims and findings.

Everything is made from numbers and is the same each time. No name in it is real, and each name says so ("mô phỏng").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.large_unit import RULES

AUTHORITY, ROUND = "H99", "full-2026"
AREAS: Final = 10
CORRECTED: Final = 10
"""The first appraisal corrects each tenth criterion of a unit."""
PROVEN: Final = 3
"""Each third criterion requires evidence, and has it."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a province is. The criteria are those of each of its two sets."""

    departments: int = 20
    communes: int = 130
    criteria: int = 100

    @property
    def codes(self) -> dict[str, str]:
        """The codes of the units with their names."""
        departments = {f"{AUTHORITY}.{number:02}": f"Sở mô phỏng {number:02}" for number in _to(self.departments)}
        communes = {f"{AUTHORITY}.X{number:03}": f"Xã mô phỏng {number:03}" for number in _to(self.communes)}
        return departments | communes

    @property
    def criteria_codes(self) -> list[str]:
        return [f"{1 + number % AREAS}.{1 + number // AREAS}" for number in range(self.criteria)]


def kind_of(unit: str) -> str:
    """Return the kind of a unit, which is also the code of its block and of its criteria set."""
    return "commune" if unit.startswith(f"{AUTHORITY}.X") else "department"


def agency_of(area: int) -> str:
    """Return the department that appraises an area: the first ones have one each."""
    return f"{AUTHORITY}.{area:02}"


def registered(size: Size) -> list[dict[str, Any]]:
    """Return the units as the register takes them."""
    return [
        {"code": code, "valid_from": "2020-01-01", "name": name, "kind": kind_of(code)}
        for code, name in size.codes.items()
    ]


def criteria_set(kind: str, size: Size) -> dict[str, Any]:
    """Return the set of a block: ten areas, whose criteria have the usual rules in turn."""
    rows: list[dict[str, Any]] = []
    for area in _to(AREAS):
        leaves = [code for code in size.criteria_codes if code.partition(".")[0] == f"{area}"]
        if leaves:
            rows.append({"code": f"{area}", "name": f"Lĩnh vực {area}", "level": "area", "maximum": f"{len(leaves)}"})
        rows += [_leaf(code, f"{area}", size.criteria_codes.index(code)) for code in leaves]
    return {"code": kind, "title": f"Bộ chỉ số mô phỏng ({kind})", "reference": "Dữ liệu sinh tự động",
            "criteria": rows}  # fmt: skip


def round_of(size: Size) -> dict[str, Any]:
    """Return the round: two blocks, two appraisals, and a department for each area."""
    blocks = [
        {"code": kind, "name": name, "criteria_set": kind, "units": [
            {"code": code, "name": of_unit} for code, of_unit in size.codes.items() if kind_of(code) == kind
        ]}
        for kind, name in (("department", "Các sở mô phỏng"), ("commune", "Các xã mô phỏng"))
    ]  # fmt: skip
    areas = [area for area in _to(min(AREAS, size.departments)) if area <= size.criteria]
    return {
        "authority": AUTHORITY,
        "round": ROUND,
        "year": 2026,
        "title": "Đợt mô phỏng cả tỉnh (dữ liệu sinh tự động)",
        "blocks": blocks,
        "two_appraisals": True,
        "appraisers": [{"criterion": f"{area}", "appraiser": agency_of(area)} for area in areas],
    }


def claims_of(size: Size, digest: str) -> list[dict[str, Any]]:
    """Return the claims of a unit: figures for every criterion, and for each third one a document with its file."""
    paper = {"number": "01/BC", "issued_on": "2026-03-01", "title": "Báo cáo mô phỏng", "sha256": digest}
    return [
        {
            "criterion": code,
            "figures": RULES[number % len(RULES)][1],
            "evidence": [paper] if number % PROVEN == 0 else [],
            "explanation": "" if number % PROVEN == 0 else "Không cần tài liệu.",
        }
        for number, code in enumerate(size.criteria_codes)
    ]


def corrected_in(size: Size) -> list[str]:
    """Return the criteria that the first appraisal corrects."""
    return size.criteria_codes[::CORRECTED]


def findings_of(size: Size, criteria: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the findings of the first appraisal about some criteria: upheld, or corrected with a reason."""
    cut = {*corrected_in(size)}
    for code in criteria:
        if code in cut:
            yield {"criterion": code, "points": "0.25", "comment": "Chưa đủ minh chứng (mô phỏng)."}
        else:
            yield {"criterion": code, "upheld": True}


def _leaf(code: str, area: str, number: int) -> dict[str, Any]:
    return {
        "code": code,
        "name": f"Tiêu chí mô phỏng {code}",
        "level": "criterion",
        "parent": area,
        "maximum": "1",
        "rule": RULES[number % len(RULES)][0],
        "evidence_required": number % PROVEN == 0,
    }


def _to(most: int) -> range:
    return range(1, most + 1)
