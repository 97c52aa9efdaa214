"""Who may read why a unit has its points, and what the answer says."""

import pytest
from httpx import AsyncClient
from tests.scoring.conftest import Bench
from tests.scoring.contracts_of_a_round import submitted
from tests.scoring.over_http import EVERYBODY, get

from scoring.deriving.wording import NOT_COMPLETED, NOT_FOUND

POINTS = "/v1/rounds/r/units/H09.01/criteria/1.1/derivation"
SURVEYED = "/v1/rounds/r/units/H09.01/criteria/2.3/derivation"


async def test_a_unit_reads_why_it_has_its_points(http: AsyncClient, bench: Bench) -> None:
    answer = (await get(http, bench, POINTS, "unit@H09.01")).json()
    said = {each["term"]: each["text"] for each in answer["said"]}
    assert (answer["points"], answer["lost"], answer["claimed"]) == ("1.5", "0.5", "2")
    assert answer["arithmetic"] == said["Diễn giải"] == "Điểm được nhập: 1,5 điểm"
    assert said["Điểm"] == "1,5 trên 2 điểm, mất 0,5 điểm"
    assert said["Theo số liệu đơn vị tự chấm"] == "Điểm được nhập: 2 điểm"
    assert said["Phần mềm tính"] == "Nhập điểm, từ 0 đến 2 (công thức phiên bản 1)"
    assert answer["finding"] == {
        "applicable": True, "figures": {"points": "1.5"}, "points": "", "source": "assessment/4",
    }  # fmt: skip
    assert [each["source"] for each in answer["entries"]] == ["assessment/3", "assessment/4", ""]
    assert answer["appraisal"] == "/assessment/v1/rounds/r/units/H09.01/criteria/1.1/stages"


async def test_a_survey_criterion_shows_the_counts_behind_its_points(http: AsyncClient, bench: Bench) -> None:
    answer = (await get(http, bench, SURVEYED, "office@H09")).json()
    [tally] = answer["tallies"]
    assert (tally["counts"], tally["source"]) == ({"1": 1, "5": 2}, "survey/1")
    assert answer["arithmetic"] == "Số phiếu trả lời 1: 1, 5: 2: (1 × 0 + 2 × 1) ÷ 3 × 7 = 14/3 (khoảng 4,67) điểm"
    assert answer["appraisal"] == "/assessment/v1/rounds/r/units/H09.01/criteria/2.3/stages"


async def test_a_moment_before_anything_answers_in_words(http: AsyncClient, bench: Bench) -> None:
    for query in ("at=2020-01-01T00:00:00Z", "position=1"):
        answer = await get(http, bench, f"{POINTS}?{query}", "unit@H09.01")
        assert answer.status_code == 200
        found = answer.json()
        assert (found["points"], found["position"], found["entries"], found["changes"]) == ("", 0, [], [])
        assert {each["term"]: each["text"] for each in found["said"]}["Diễn giải"].startswith(
            "Lúc đó chưa có dữ liệu nào"
        )


async def test_the_instant_of_an_entry_is_the_moment_of_it(http: AsyncClient, bench: Bench) -> None:
    """An answer as of the time of a change has the points after it."""
    changes = (await get(http, bench, POINTS, "unit@H09.01")).json()["changes"]
    assert [(each["movers"], each["before"], each["after"]) for each in changes][-1] == (
        ["claims", "appraisal"],
        "",
        "1.5",
    )
    for change in changes:
        then = (await get(http, bench, f"{POINTS}?at={change['entry']['at']}", "unit@H09.01")).json()
        assert then["points"] == change["after"]
        at = (await get(http, bench, f"{POINTS}?position={change['entry']['position']}", "unit@H09.01")).json()
        assert then["appraisal"].endswith(f"/stages?at={change['entry']['at']}")
        assert at["appraisal"] == then["appraisal"]


async def test_each_change_is_said_in_one_line(http: AsyncClient, bench: Bench) -> None:
    last = (await get(http, bench, POINTS, "unit@H09.01")).json()["changes"][-1]
    position = last["entry"]["position"]
    assert last["said"].endswith(f", Tự chấm, Thẩm định: – → 1,5 điểm, theo tự chấm 2 (bản ghi scoring/{position})")


async def test_only_those_above_a_unit_and_its_own_people_read_it(http: AsyncClient, bench: Bench) -> None:
    may = [right for right in EVERYBODY if (await get(http, bench, POINTS, right)).status_code == 200]
    above = [f"{role}@{node}" for role in ("office", "council", "auditor", "appraiser") for node in ("H09", "H09.01")]
    assert sorted(may) == sorted([*above, "unit@H09.01", "leader@H09.01"])
    assert (await http.get(POINTS)).status_code == 401


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/rounds/nowhere/units/H09.01/criteria/1.1/derivation", "unknown-round"),
        ("/v1/rounds/r/units/H09.09/criteria/1.1/derivation", "unknown-unit"),
        ("/v1/rounds/r/units/H09.01/criteria/9.9/derivation", "unknown-scored-criterion"),
        ("/v1/rounds/r/units/H09.01/criteria/1/derivation", "unknown-scored-criterion"),
    ],
)
async def test_what_is_unknown_is_not_found(http: AsyncClient, bench: Bench, path: str, code: str) -> None:
    answer = await get(http, bench, path, "office@H09")
    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_a_moment_that_is_none_is_refused(http: AsyncClient, bench: Bench) -> None:
    for query in ("at=hom-qua", "position=-1", "position=x"):
        assert (await get(http, bench, f"{POINTS}?{query}", "unit@H09.01")).status_code == 422


async def test_a_unit_whose_appraisal_is_not_completed_is_said_to_be_so(http: AsyncClient, bench: Bench) -> None:
    """H09.02 has claimed, and its appraisal is not completed; that of H09.01 is, and has no finding for 1.2."""
    await bench.receive("assessment", submitted("H09.02", "2"))
    for unit, criterion, said in (("H09.02", "1.1", NOT_COMPLETED), ("H09.01", "1.2", NOT_FOUND)):
        path = f"/v1/rounds/r/units/{unit}/criteria/{criterion}/derivation"
        answer = (await get(http, bench, path, f"unit@{unit}")).json()
        assert {each["term"]: each["text"] for each in answer["said"]}["Diễn giải"] == said


async def test_a_moment_that_has_not_come_is_the_present(http: AsyncClient, bench: Bench) -> None:
    present = (await get(http, bench, POINTS, "unit@H09.01")).json()
    assert (await get(http, bench, f"{POINTS}?at=2070-01-01T00:00:00Z", "unit@H09.01")).json() == present
    assert present["at"] == ""
