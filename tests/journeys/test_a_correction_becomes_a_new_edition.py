"""A published edition never changes; a correction is a further edition that names the one it supersedes."""

import hashlib
from typing import Any

from tests.journeys.all_kinds import ALL_KINDS, ROUND_PATH

from parindex.auth.principal import Role
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.journeys import drive

APPRAISAL = f"{ROUND_PATH}/units/H10.02/appraisal"


async def test_a_correction_becomes_a_new_edition(gateway: Gateway) -> None:
    described, first = await drive(gateway, ALL_KINDS)
    driver, office = RoundDriver(gateway, described), await gateway.token(Role.OFFICE, "H10")

    async def post(service: str, path: str, body: Any, token: str = office) -> None:
        answer = await gateway.clients[service].post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 201, answer.text

    await post("assessment", f"{ROUND_PATH}/reopening", {"reason": "Đơn vị bổ sung tài liệu", "units": ["H10.02"]})
    await post("assessment", f"{APPRAISAL}/findings", [{"criterion": "1.5", "points": "2", "comment": "Đã đủ"}])
    await post("assessment", f"{APPRAISAL}/completion", {})
    await post("assessment", f"{ROUND_PATH}/closing", {})
    await driver.until_ready_to_freeze()
    await post("publication", f"{ROUND_PATH}/editions", {"reason": "Bổ sung tài liệu kiểm chứng tiêu chí 1.5"})
    assert await driver.result() == first  # frozen, and not yet public
    publisher = await gateway.token(Role.PUBLISHER, "H10")
    await post("publication", f"{ROUND_PATH}/editions/2/announcement", {}, publisher)

    second = await driver.result()
    row = next(row for row in second["blocks"][0]["rows"] if row["unit"] == "Sở Tư pháp")
    assert (row["appraisal"], row["index"]) == ("11.50", "91.67")
    public = gateway.clients["publication"]
    assert (await public.get(f"{ROUND_PATH}/result", params={"edition": 1})).json() == first
    editions = (await public.get(f"{ROUND_PATH}/editions")).json()["editions"]
    by_number = {edition["edition"]: edition for edition in editions}
    assert by_number[2]["supersedes"] == by_number[1]["checksum"]
    for number, edition in by_number.items():
        snapshot = (await public.get(f"{ROUND_PATH}/editions/{number}/snapshot")).content
        assert hashlib.sha256(snapshot).hexdigest() == edition["checksum"]
