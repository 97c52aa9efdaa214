"""Reads as of a moment: a round and a sheet answer for a position, and for an instant, what they answered then."""

from typing import Any

from tests.assessment.conftest import Assessment, all_claims
from tests.assessment.people import SHEET, Person, texts_in

READS = ("", "/self-score", "/claims", "/claims/1.1.4")
ROUND = "/v1/rounds/r-2026"
UNIT = f"/v1{SHEET}"


async def answers(assessment: Assessment, query: str = "") -> list[tuple[int, Any]]:
    """Return what the reads of the unit and of the round answer."""
    await assessment.catch_up()
    paths = [ROUND, *(UNIT + read for read in READS[1:])]
    got = [await assessment.office("GET", path + query) for path in paths]
    assert not query or not any("etag" in each.headers for each in got)  # no write is based on the past
    return [(each.status_code, each.json() if each.status_code == 200 else each.json()["code"]) for each in got]


async def test_each_read_answers_for_a_moment_what_it_answered_then(assessment: Assessment) -> None:
    await assessment.open_round(two_appraisals=True)
    unit, office = assessment.unit, assessment.office
    explained = [{"criterion": "1.1.4", "explanation": "Ba nhiệm vụ xong tháng 12."}]
    correction = {"criterion": "1.1.4", "figures": {"done": "6", "planned": "10"}, "comment": "Thiếu ba nhiệm vụ."}
    upheld = [{"criterion": each["criterion"], "upheld": True} for each in all_claims() if each["criterion"] != "1.1.4"]
    writes = [
        (unit, "PUT", f"{UNIT}/claims", all_claims()[:3]),
        (unit, "PUT", f"{UNIT}/claims", all_claims()),
        (unit, "POST", f"{UNIT}/self-score/submission", None),
        (unit, "POST", f"{UNIT}/self-score/withdrawal", None),
        (unit, "POST", f"{UNIT}/self-score/submission", None),
        (office, "POST", f"{UNIT}/appraisal/findings", [correction, *upheld]),
        (office, "POST", f"{UNIT}/appraisal/announcement", None),
        (unit, "PUT", f"{UNIT}/explanations", explained),
        (unit, "POST", f"{UNIT}/explanation/submission", None),
        (office, "POST", f"{UNIT}/appraisal/findings", [{"criterion": "1.1.4", "upheld": True}]),
        (office, "POST", f"{UNIT}/appraisal/completion", None),
    ]
    seen = list[tuple[int, str, list[tuple[int, Any]]]]()
    for caller, method, path, body in writes:
        [last] = await assessment.resources.log.read_after(await assessment.resources.log.head() - 1)
        seen.append((last.position, last.at, await answers(assessment)))
        assessment.clock.pass_days(1)
        done = await caller(method, path, body)
        assert done.status_code == 201, (path, done.text)
    for position, at, then in seen:
        assert await answers(assessment, f"?position={position}") == then
        assert await answers(assessment, f"?at={at}") == then
    assert len({str(then) for _, _, then in seen}) == len(seen)
    assert (await answers(assessment, "?position=1"))[0] == (404, "unknown-round")


async def test_pages_of_a_sheet_show_how_it_was(assessment: Assessment) -> None:
    await assessment.open_round()
    person = Person(assessment, "can-bo", ("unit@H16.01",))
    position = await assessment.resources.log.head()
    await assessment.submit("H16.01")
    for page, title in (("", "phiếu"), ("/report", "báo cáo")):
        now, then = await person.opens(SHEET + page), await person.opens(f"{SHEET}{page}?position={position}")
        assert "Tình trạng Đã nộp" in texts_in(now)
        shown = texts_in(then)
        assert (
            f"Đây là {title} đến thời điểm đã chọn (đến bản ghi assessment/{position}), không phải hiện nay." in shown
        )
        assert "Tình trạng Đang tự chấm Hạn tự chấm Không có hạn Đã chấm 0 / 7 tiêu chí" in shown
        assert "Việc tiếp theo" not in shown
        assert f"criteria/1.1.4/stages?position={position}" in then.text
        assert "criteria/1.1.4/stages" not in now.text
        wrong = await person.opens(f"{SHEET}{page}?day=31/31/2026")
        assert (wrong.status_code, "Không có ngày này." in wrong.text) == (422, True)
        asked = await person.opens(f"{SHEET}{page}?day=01/07/2020")
        assert asked.status_code == 404


async def test_the_past_of_a_round_reads_the_sheets_of_the_units_that_the_asker_sees(
    assessment: Assessment,
) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    await assessment.submit("H16.02")
    head = await assessment.resources.log.head()
    shown = (await assessment.unit("GET", f"{ROUND}?position={head}")).json()
    assert [unit["code"] for block in shown["blocks"] for unit in block["units"]] == ["H16.01"]
    assert [unit["claims"] for block in shown["blocks"] for unit in block["units"]] == [7]
