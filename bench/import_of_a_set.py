"""The import of a criteria set of 500 rows from Excel.

    python -m bench set

One import is an upload of the workbook until the answer with the set that was read and checked, over loopback; the
writing of the workbook is not in it. The peer reads the cells of the same file with the same library and does nothing
with them.
"""

import time
from io import BytesIO
from pathlib import Path

import httpx
from python_calamine import CalamineWorkbook

from assessment.drafting.api import READINGS
from assessment.drafting.writing import write_set
from assessment.service import SERVICE
from bench.measuring import Aim, Plan, Result, Runs
from parindex.contracts.criteria import (
    CriteriaSet,
    Criterion,
    Level,
    Rule,
    Step,
    Steps,
    Timeliness,
    YesNo,
)
from parindex.hosting.server import listening
from parindex.testing.postgres import Databases
from parindex.testing.serving import served, signed_in

AREAS, CRITERIA = 20, 12
ROWS = AREAS * (1 + 2 * CRITERIA)
AT_MOST_S = 2.0
RULES: tuple[Rule, ...] = (
    YesNo(),
    Timeliness(on_time="1", late="0.5"),
    Steps(steps=[Step(bound="90", closed=False, points="1"), Step(bound="70", closed=True, points="0.5")]),
)


async def import_of_a_set(databases: Databases, folder: Path, plan: Plan) -> Result:
    """Measure imports of the same workbook, in turn with the peer."""
    workbook, ours, theirs = write_set(large_set()), [], []
    async with served(databases, SERVICE, files=folder) as opened, listening(opened.app) as address:
        headers = signed_in("office", "office@H99")
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as http:
            for _ in range(plan.runs + 1):  # the first one only warms up
                theirs.append(_read_alone(workbook))
                began = time.perf_counter()
                answer = await http.post(READINGS, params={"authority": "H99"}, content=workbook)
                ours.append(time.perf_counter() - began)
                found = answer.raise_for_status().json()
                if found["errors"] or len(found["criteria_set"]["criteria"]) != ROWS:
                    raise AssertionError(found["errors"][:3])
    note = "peer: the cells are read in the same process, and nothing is done with them"
    return Result("import of a set", "s", AT_MOST_S, Aim.AT_MOST, Runs(ours[1:]), raw=Runs(theirs[1:]), note=note)


def large_set() -> CriteriaSet:
    """Return a set of 500 rows with rule texts: areas of twelve criteria with one component each.

    Each index has a line for every scored row, so a set may have no 500 scored rows.
    """
    rows = []
    for number in range(1, AREAS + 1):
        rows.append(_row(f"{number}", Level.AREA, str(CRITERIA)))
        for code in (f"{number}.{each}" for each in range(1, CRITERIA + 1)):
            rule = RULES[len(rows) % len(RULES)]
            rows += [_row(code, Level.CRITERION, "1"), _row(f"{code}.1", Level.COMPONENT, "1", rule)]
    return CriteriaSet(code="h99-lon", title="Bộ chỉ số 500 dòng", reference="Tệp đo tốc độ", criteria=rows)


def _row(code: str, level: Level, maximum: str, rule: Rule | None = None) -> Criterion:
    text = "Theo hướng dẫn của văn bản. " * 8 if rule else ""
    return Criterion(
        code=code, name=f"Dòng {code}", level=level, maximum=maximum, parent=code.rpartition(".")[0], rule=rule,
        rule_text=text,
    )  # fmt: skip


def _read_alone(workbook: bytes) -> float:
    began = time.perf_counter()
    with CalamineWorkbook.from_filelike(BytesIO(workbook)) as book:
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()
    return time.perf_counter() - began
