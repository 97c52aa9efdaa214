"""The stages of a criterion at every moment: who gave which value, when, why, with which evidence, in words."""

from datetime import timedelta
from typing import Any

import pytest
from tests.assessment.appraising.test_stages_api import DECISIONS, EXPLAINED, EXPLANATIONS, FINDINGS, SUBMISSION, cut
from tests.assessment.conftest import Assessment

from assessment.self_scoring.events import stream_of
from parindex.numbers import from_wire
from parindex.testing.arithmetic import points_in

BASE = "/v1/rounds/r-2026/units/H16.01"
STAGES = f"{BASE}/criteria/1.1.4/stages"
EVERY = ["self", "appraisal-1", "explanation", "appraisal-2", "council"]


async def through_every_stage(assessment: Assessment) -> None:
    """Let a criterion go through two appraisals with an explanation between them, and a council, an hour each."""
    await cut(assessment)
    assessment.clock.moment += timedelta(hours=1)
    assert (await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])).status_code == 201
    assert (await assessment.unit("POST", SUBMISSION)).status_code == 201
    assessment.clock.moment += timedelta(hours=1)
    kept = {"criterion": "1.1.4", "kept": True, "comment": "Báo cáo ban hành sau kỳ."}
    assert (await assessment.office("POST", FINDINGS, [kept])).status_code == 201
    assessment.clock.moment += timedelta(hours=1)
    council = assessment.caller("hoi-dong", "council@H16")
    decision = {"criterion": "1.1.4", "points": "1.5", "comment": "Hội đồng thống nhất."}
    assert (await council("POST", DECISIONS, [decision])).status_code == 201


async def test_each_moment_has_the_stages_of_then(assessment: Assessment) -> None:
    await through_every_stage(assessment)
    recorded = await assessment.resources.log.read_stream(stream_of("r-2026", "H16.01"))
    seen, values = list[list[str]](), list[Any]()
    for each in recorded:
        answer = (await assessment.unit("GET", f"{STAGES}?position={each.position}")).json()
        assert answer["derivation"].endswith(f"/derivation?at={each.at}"), "scoring has positions of its own"
        values = answer["row"]["values"]
        stages = [value["stage"] for value in values]
        assert all(value["position"] <= each.position for value in values)
        if not seen or seen[-1] != stages:
            seen.append(stages)
        for value in values:
            if value["arithmetic"]:
                assert points_in(value["arithmetic"]) == from_wire(value["points"])
    assert seen == [[], EVERY[:1], EVERY[:2], EVERY[:3], EVERY[:4], EVERY]
    assert [value["points"] for value in values] == ["1", "0", "2", "0", "1.5"]


async def test_an_instant_is_the_moment_of_what_was_recorded_then(assessment: Assessment) -> None:
    await through_every_stage(assessment)
    now = (await assessment.unit("GET", STAGES)).json()
    sheet = (await assessment.unit("GET", f"{BASE}/self-score")).json()
    assert now["row"]["values"] == next(each for each in sheet["rows"] if each["criterion"] == "1.1.4")["values"]
    recorded = await assessment.resources.log.read_stream(stream_of("r-2026", "H16.01"))
    at_position = {each.position: each.at for each in recorded}
    for count in (3, 4, 5):
        at = at_position[now["row"]["values"][count - 1]["position"]]
        then = (await assessment.unit("GET", f"{STAGES}?at={at}")).json()
        assert (then["at"], then["row"]["values"]) == (at, now["row"]["values"][:count])
        assert then["derivation"] == f"/scoring/v1/rounds/r-2026/units/H16.01/criteria/1.1.4/derivation?at={at}"
    before = (await assessment.unit("GET", f"{STAGES}?at=2020-01-01T00:00:00Z")).json()
    assert (before["row"]["values"], before["row"]["claim"], before["history"]) == ([], None, [])
    assert before["said"][-1] == {"term": "Các bước", "text": "Chưa ai kê khai tiêu chí này"}


async def test_each_stage_says_figures_arithmetic_who_when_why_and_evidence(assessment: Assessment) -> None:
    await through_every_stage(assessment)
    answer = (await assessment.unit("GET", STAGES)).json()
    said = {each["term"]: each["text"].splitlines() for each in answer["said"]}
    at = answer["row"]["values"][2]["position"]
    assert said["Cách tính điểm, như bộ chỉ số ghi"] == answer["rule_text"].splitlines()
    assert said["Giải trình"][1] == "9,5 trên 10 là 95 %, trên 90 %: 2 điểm"
    assert said["Giải trình"][2].startswith("Người ghi: don-vi-1, lúc ")
    assert said["Giải trình"][2].endswith(f" (bản ghi assessment/{at})")
    assert said["Giải trình"][3:] == [
        "Lý do, giải trình: Nhiệm vụ số 9 xong ngày 28/12.",
        f"Tài liệu: 98/BC-SNV, Báo cáo bổ sung, tệp có SHA-256 {'ab' * 32}",
    ]
    assert said["Hội đồng"][0] == "Chấm điểm trực tiếp: 1,5 điểm"
    assert [each["text"] for each in answer["said"] if each["term"] == "Thời điểm"] == ["Hiện nay"]


async def test_a_survey_criterion_has_its_rule_and_no_stages(assessment: Assessment) -> None:
    await assessment.open_round()
    answer = await assessment.unit("GET", f"{BASE}/criteria/2.1/stages")
    assert answer.status_code == 200
    said = {each["term"]: each["text"] for each in answer.json()["said"]}
    assert said["Các bước"] == "Điều tra xã hội học chấm, đơn vị không tự chấm"


async def test_an_erased_text_is_erased_at_every_moment(assessment: Assessment) -> None:
    await through_every_stage(assessment)
    texts = (await assessment.caller("kiem-toan", "auditor@H16")("GET", f"{BASE}/texts")).json()
    [text] = [each for each in texts if each["text"] == "Hội đồng thống nhất."]
    path = f"{BASE}/texts/{text['commitment']}/erasure"
    assert (await assessment.office("POST", path, {"reason": "Có tên người."})).status_code == 201
    [last] = (await assessment.unit("GET", STAGES)).json()["row"]["values"][-1:]
    then = (await assessment.unit("GET", f"{STAGES}?position={last['position']}")).json()
    assert then["row"]["values"][-1]["stage"] == "council"
    assert "Hội đồng thống nhất." not in str(then)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/rounds/nowhere/units/H16.01/criteria/1.1.4/stages", "unknown-round"),
        ("/v1/rounds/r-2026/units/H16.01/criteria/9.9/stages", "unknown-scored-criterion"),
        ("/v1/rounds/r-2026/units/H16.01/criteria/1.1/stages", "unknown-scored-criterion"),
    ],
)
async def test_what_is_unknown_is_not_found(assessment: Assessment, path: str, code: str) -> None:
    await assessment.open_round()
    answer = await assessment.office("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_a_moment_that_is_none_is_refused(assessment: Assessment) -> None:
    await assessment.open_round()
    for query in ("at=hom-qua", "position=-1", "position=1.5"):
        assert (await assessment.unit("GET", f"{STAGES}?{query}")).status_code == 422
