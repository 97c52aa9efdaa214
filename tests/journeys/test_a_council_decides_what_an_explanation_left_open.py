"""A round with a council: one cut, an explanation that does not settle it, a decision with votes, and the result."""

from typing import Any

import pytest

from parindex.auth.principal import Role
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.file import RoundFile, convert
from parindex_cli.rounds.reading import parse
from parindex_cli.rounds.refusals import RoundStepError
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.journeys import audited

FILE = """
round: co-hoi-dong
authority: H97
year: 2026
title: Đợt mẫu có hội đồng
two_appraisals: true
council: true
criteria_sets:
  - code: co-hoi-dong-so
    title: Bộ chỉ số mẫu
    reference: Quyết định mẫu số 1
    rounding: {decimals: 2, mode: half_up, total: rounded_sum}
    bands: [{name: Tốt, at_least: 80}, {name: Khá, at_least: 0}]
    criteria:
      - {code: "1", name: Chỉ đạo điều hành, level: area, maximum: 100}
      - {code: "1.1", name: Chế độ báo cáo, level: criterion, parent: "1", maximum: 100, rule: {kind: entered_points}}
blocks:
  - code: so
    name: Các sở
    criteria_set: co-hoi-dong-so
    units: [{code: H97.01, name: Sở A}, {code: H97.02, name: Sở B}, {code: H97.03, name: Sở C}]
self_scores:
  - {unit: H97.01, claims: [{criterion: "1.1", figures: {points: 90}}]}
  - {unit: H97.02, claims: [{criterion: "1.1", figures: {points: 80}}]}
  - {unit: H97.03, claims: [{criterion: "1.1", figures: {points: 70}}]}
appraisals:
  - unit: H97.01
    findings: [{criterion: "1.1", points: 60, comment: Thiếu báo cáo quý IV}]
    explanations: [{criterion: "1.1", explanation: Báo cáo quý IV được gộp vào báo cáo năm}]
    second_findings: [{criterion: "1.1", kept: true, comment: Báo cáo năm không nêu quý IV}]
  - {unit: H97.02, findings: []}
  - {unit: H97.03, findings: []}
"""
ROUND = "/v1/rounds/co-hoi-dong"
COUNCIL = f"{ROUND}/council"
COMPOSITION = {
    "reference": "4762/QĐ-UBND",
    "decided_on": "2026-05-01",
    "members": [
        {"code": "m1", "role": "chair", "name": "Nguyễn Thị Minh"},
        {"code": "m2", "role": "secretary", "name": "Trần Văn An"},
        {"code": "m3", "name": "Lê Thị Bình"},
    ],
}
SESSION = {"held_on": "2026-06-30", "presiding": "m1", "attending": ["m1"], "written": ["m3"]}
DECISION = {"criterion": "1.1", "points": "75", "comment": "Hội đồng thống nhất.", "votes": {"in_favour": 2}}


async def test_what_an_explanation_left_open_is_decided_by_the_council_and_published(gateway: Gateway) -> None:
    described = convert(parse(FILE).content)
    with pytest.raises(RoundStepError):  # the completion of Sở A: the council has not decided
        await run(gateway, described)
    await send(gateway, "PUT", COUNCIL, COMPOSITION, Role.OFFICE)
    await send(gateway, "PUT", f"{COUNCIL}/sessions/1", SESSION, Role.OFFICE)
    await send(gateway, "POST", f"{COUNCIL}/sessions/1/units/H97.01/decisions", [DECISION], Role.COUNCIL)
    result = await run(gateway, described)
    rows = {row["unit"]: (row["rank"], row["appraisal"]) for row in result["blocks"][0]["rows"]}
    assert rows == {"Sở B": (1, "80.00"), "Sở A": (2, "75.00"), "Sở C": (3, "70.00")}
    assert await audited(gateway, described.round, described.authority)


async def run(gateway: Gateway, described: RoundFile) -> dict[str, Any]:
    driver = RoundDriver(gateway, described)
    async for _ in driver.run():
        pass
    return await driver.result()


async def send(gateway: Gateway, method: str, path: str, body: object, role: Role) -> None:
    token = await gateway.token(role, "H97")
    client = gateway.clients["assessment"]
    answer = await client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.text
