"""Words are opened by those who check them, and erased by the office, which says so."""

import hashlib
import hmac
from typing import Any

import pytest
from tests.assessment.conftest import Assessment, Caller

BASE = "/v1/rounds/r-2026/units/H16.01"
CORRECTION = {"criterion": "1.1.4", "figures": {"done": "8", "planned": "10"}, "comment": "Thiếu một nhiệm vụ."}
TAMPERING = {
    "tampered": "UPDATE vault SET content = 'Lỗi đánh máy' WHERE commitment = $1",
    "missing": "DELETE FROM vault WHERE commitment = $1",
}


@pytest.fixture
async def auditor(assessment: Assessment) -> Caller:
    """An auditor of a unit that was corrected, with a reason."""
    await assessment.open_round()
    await assessment.submit("H16.01")
    assert (await assessment.office("POST", f"{BASE}/appraisal/findings", [CORRECTION])).status_code == 201
    return assessment.caller("kiem-toan", "auditor@H16")


async def texts_of(caller: Caller) -> dict[str, Any]:
    answer = await caller("GET", f"{BASE}/texts")
    assert answer.status_code == 200
    return {text["domain"]: text for text in answer.json()}


async def comment_on(caller: Caller) -> str:
    rows = (await caller("GET", f"{BASE}/self-score")).json()["rows"]
    return next(str(row["finding"]["comment"]) for row in rows if row["criterion"] == "1.1.4")


def erasure(commitment: str) -> str:
    return f"{BASE}/texts/{commitment}/erasure"


async def test_an_auditor_reads_why_points_were_cut_and_recomputes_commitments(
    assessment: Assessment, auditor: Caller
) -> None:
    assert await comment_on(auditor) == CORRECTION["comment"]
    texts = await texts_of(auditor)
    assert set(texts) == {"explanation", "evidence-title", "comment"}
    for domain, text in texts.items():
        said = domain.encode() + b"\0" + text["text"].encode()
        assert (
            text["commitment"] == f"{domain}:" + hmac.new(bytes.fromhex(text["salt"]), said, hashlib.sha256).hexdigest()
        )
        (position,) = text["positions"]
        (recorded,) = await assessment.resources.log.read_after(position - 1, 1)
        assert text["commitment"].encode() in bytes(recorded.entry.data)
    for other in (assessment.office, assessment.unit, assessment.caller("x", "auditor@H17")):
        assert (await other("GET", f"{BASE}/texts")).status_code == 403


@pytest.mark.parametrize("what", TAMPERING)
async def test_a_text_that_was_changed_in_the_database_is_never_shown_and_never_silently_missing(
    assessment: Assessment, auditor: Caller, what: str
) -> None:
    comment = (await texts_of(auditor))["comment"]
    async with assessment.resources.log.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(TAMPERING[what], comment["commitment"])
    found = (await texts_of(auditor))["comment"]
    assert (found["opening"], found["text"], found["salt"]) == (what, "", "")
    for reader in (auditor, assessment.unit):
        assert (await comment_on(reader)).startswith("[Nội dung")
    refused = await assessment.office("POST", erasure(comment["commitment"]), {"reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "sealed-text-altered")


async def test_an_erasure_is_an_event_and_the_text_reads_as_erased(assessment: Assessment, auditor: Caller) -> None:
    comment = (await texts_of(auditor))["comment"]["commitment"]
    erased = await assessment.office("POST", erasure(comment), {"reason": "Có tên người dân."}, Idempotency_Key="e")
    assert (erased.status_code, erased.json()["facts"]) == (201, ["TextErased"])
    again = await assessment.office("POST", erasure(comment), {"reason": "Có tên người dân."}, Idempotency_Key="e")
    assert (again.status_code, again.json()["repeated"]) == (201, True)
    found = (await texts_of(auditor))["comment"]
    assert (found["opening"], found["text"], found["salt"]) == ("erased", "", "")
    assert (found["erasure"]["by"], found["erasure"]["reason"]) == ("so-noi-vu", "Có tên người dân.")
    assert found["erasure"]["position"] == erased.json()["position"]
    shown = await comment_on(assessment.unit)
    assert "đã được xóa" in shown
    assert "so-noi-vu" in shown
    assert "Có tên người dân." in shown
    twice = await assessment.office("POST", erasure(comment), {"reason": "x"})
    assert (twice.status_code, twice.json()["code"]) == (409, "text-erased-before")
    assert not await assessment.resources.log.pool.fetchval(
        "SELECT count(*) FROM vault WHERE content = $1", str(CORRECTION["comment"]).encode()
    )


async def test_only_the_office_of_the_round_erases_and_only_what_is_there(
    assessment: Assessment, auditor: Caller
) -> None:
    comment = (await texts_of(auditor))["comment"]["commitment"]
    for caller in (
        auditor,
        assessment.unit,
        assessment.caller("x", "office@H17"),
        assessment.caller("y", "office@H16.01"),
    ):
        assert (await caller("POST", erasure(comment), {"reason": "x"})).status_code == 403
    for elsewhere in (
        erasure("comment:" + "0" * 64),
        f"/v1/rounds/r-2026/units/H16.02/texts/{comment}/erasure",
        f"/v1/rounds/r-2026/texts/{comment}/erasure",
    ):
        answer = await assessment.office("POST", elsewhere, {"reason": "x"})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-text")
    assert (await texts_of(auditor))["comment"]["opening"] == "verified"


async def test_the_reason_of_a_reopening_is_opened_and_erased_with_the_round(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.appraise("H16.01")
    await assessment.appraise("H16.02")
    await assessment.office("POST", "/v1/rounds/r-2026/closing")
    await assessment.office("POST", "/v1/rounds/r-2026/reopening", {"reason": "Khiếu nại của ông A."})
    auditor = assessment.caller("kiem-toan", "auditor@H16")
    (reason,) = (await auditor("GET", "/v1/rounds/r-2026/texts")).json()
    assert (reason["domain"], reason["text"]) == ("reason", "Khiếu nại của ông A.")
    path = f"/v1/rounds/r-2026/texts/{reason['commitment']}/erasure"
    assert (await assessment.office("POST", path, {"reason": "Có tên."})).status_code == 201
    (reason,) = (await auditor("GET", "/v1/rounds/r-2026/texts")).json()
    assert (reason["opening"], reason["erasure"]["reason"]) == ("erased", "Có tên.")
