"""An agency that claims a part in place of a unit sends the files of that part, and sees those and no others."""

import hashlib

import pytest
from tests.assessment.conftest import Assessment, Caller, round_body
from tests.assessment.proving.test_api import BASE, DIGEST, FILES, NAME, PDF, listed, send

from assessment.opening.queries import terms_of
from assessment.opening.terms import part_of
from assessment.proving.commands import RecordScan
from assessment.proving.decisions import proving
from assessment.self_scoring.events import files_of
from assessment.self_scoring.queries import attachable_files
from parindex.eventstore.appending import Metadata
from parindex.eventstore.command_handling import execute
from parindex.testing import made_files as made

PART = [{"criterion": "1.1", "claimant": "H16.05"}]
OTHER = made.png()
OTHERS = hashlib.sha256(OTHER).hexdigest()


@pytest.fixture
async def opened(assessment: Assessment) -> Assessment:
    await assessment.open_round(claimants=[*PART, {"criterion": "1.3", "claimant": "H16.06"}])
    return assessment


def field(assessment: Assessment, node: str = "H16.05") -> Caller:
    return assessment.caller(f"so-{node}", f"unit@{node}")


async def claim(caller: Caller, criterion: str, figures: dict[str, str], digest: str) -> None:
    body = {"figures": figures, "evidence": [{"number": "1/BC", "sha256": digest}]}
    assert (await caller("PUT", f"{BASE}/claims/{criterion}", body)).status_code == 201


async def test_a_file_of_the_part_proves_its_claims_and_the_unit_and_the_appraisers_open_it(opened: Assessment) -> None:
    assert (await send(field(opened))).status_code == 201
    await claim(field(opened), "1.1.2", {"answer": "yes"}, DIGEST)
    for caller in (field(opened), opened.unit, opened.office):
        assert [(each["sha256"], each["used_in"]) for each in await listed(caller)] == [(DIGEST, ["1.1.2"])]
        assert (await caller("GET", f"{FILES}/{DIGEST}/content")).content == PDF
    colleague = opened.caller("so-05-khac", "unit@H16.05")
    assert (await colleague("GET", f"{FILES}/{DIGEST}/content")).status_code == 200


async def test_files_of_the_unit_and_of_other_parts_are_not_there_for_the_agency(opened: Assessment) -> None:
    assert (await send(opened.unit)).status_code == 201
    assert (await send(field(opened, "H16.06"), OTHER, "anh.png")).status_code == 201
    await claim(field(opened, "H16.06"), "1.3", {"points": "1"}, OTHERS)
    assert await listed(field(opened)) == []
    for digest in (DIGEST, OTHERS):
        for method, path in (("GET", "content"), ("POST", "removal")):
            assert (await field(opened)(method, f"{FILES}/{digest}/{path}")).status_code == 404
    assert [each["sha256"] for each in await listed(field(opened, "H16.06"))] == [OTHERS]
    assert len(await listed(opened.unit)) == 2


async def test_the_same_bytes_are_one_file_which_each_sender_has(opened: Assessment) -> None:
    assert (await send(opened.unit)).json()["facts"] == ["FileUploaded"]
    assert (await send(field(opened), name="khac.pdf")).json()["facts"] == ["FileUploaded"]
    again = (await send(field(opened), name="khac.pdf")).json()
    assert (again["facts"], again["repeated"]) == ([], True)
    assert len(await listed(opened.unit)) == len(await listed(field(opened))) == 1
    kept = await field(opened)("POST", f"{FILES}/{DIGEST}/removal")
    assert (kept.status_code, kept.json()["code"]) == (409, "file-of-others-too")
    assert (await opened.unit("POST", f"{FILES}/{DIGEST}/removal")).status_code == 201
    assert await listed(field(opened)) == []


async def test_an_agency_names_the_files_of_its_part_and_no_others(opened: Assessment) -> None:
    assert (await send(opened.unit)).status_code == 201
    assert (await send(field(opened, "H16.06"), OTHER, "anh.png")).status_code == 201
    head, unknown = await opened.resources.log.head(), "c" * 64
    for digest in (DIGEST, OTHERS, unknown):
        documents = [{"number": "1/BC"}, {"number": "2/BC", "sha256": digest}]
        body = {"figures": {"answer": "yes"}, "evidence": documents}
        one = await field(opened)("PUT", f"{BASE}/claims/1.1.2", body)
        listed_one = await field(opened)("PUT", f"{BASE}/claims", [{"criterion": "1.1.2", **body}])
        for answer, place in ((one, ""), (listed_one, "/0")):
            assert (answer.status_code, answer.json()["code"]) == (422, "claims-invalid")
            assert [each["at"] for each in answer.json()["places"]] == [f"{place}/evidence/1/sha256"]
        assert (await field(opened)("GET", f"{FILES}/{digest}/content")).status_code == 404
    assert await opened.resources.log.head() == head
    assert (await send(field(opened))).status_code == 201  # it has these bytes itself
    await claim(field(opened), "1.1.2", {"answer": "yes"}, DIGEST)
    await claim(opened.caller("ca-hai", "unit@H16.05", "unit@H16.01"), "1.1.3", {"answer": "yes"}, OTHERS)
    await claim(field(opened), "1.1.3", {"answer": "no"}, OTHERS)  # the part names it already
    whole = await terms_of(opened.resources.log, "r-2026", "H16.01")
    for terms, found in ((whole, {DIGEST, OTHERS}), (part_of(whole, {"H16.05"}), {DIGEST, OTHERS})):
        files = await attachable_files(opened.resources.log, terms, [DIGEST, OTHERS])
        assert {each.sha256 for each in files} == found
    files = await attachable_files(opened.resources.log, part_of(whole, {"H16.06"}), [DIGEST, OTHERS])
    assert [each.sha256 for each in files] == [OTHERS]


async def test_the_first_upload_stays_as_it_is_when_an_agency_sends_the_same_bytes(opened: Assessment) -> None:
    file = (await send(opened.unit)).json()["file"]
    receipt = (await send(field(opened), name="khac.pdf")).json()
    assert (receipt["facts"], receipt["file"]) == (["FileUploaded"], file)
    assert receipt["position"] == await opened.resources.log.head()
    assert await listed(opened.unit) == await listed(field(opened)) == [file]
    assert (file["name"], file["uploaded_by"]) == (NAME, "don-vi-1")
    assert (await opened.office("POST", "/v1/rounds", round_body(round="r-2025", year=2025))).status_code == 201
    await opened.catch_up()
    earlier = await opened.unit("GET", "/v1/rounds/r-2025/units/H16.01/earlier-files")
    assert [each["name"] for each in earlier.json()["files"]] == [NAME]


async def test_a_file_that_a_scanner_rejected_stays_so_when_an_agency_sends_the_same_bytes(opened: Assessment) -> None:
    assert (await send(opened.unit)).status_code == 201
    log, terms = opened.resources.log, await terms_of(opened.resources.log, "r-2026", "H16.01")
    scan = RecordScan("r-2026", "H16.01", DIGEST, "Eicar", "ClamAV 1.4/27500")
    metadata = Metadata("quet", "2026-03-01T00:00:00.000000Z", "H16", "quet")
    await execute(log, files_of("r-2026", "H16.01"), proving, scan, metadata)
    [rejected] = await listed(opened.unit)
    assert (await send(field(opened), name="khac.pdf")).status_code == 201
    assert await listed(opened.unit) == await listed(field(opened)) == [rejected]
    assert rejected["state"] == "rejected"
    assert await attachable_files(log, terms, [DIGEST]) == []


async def test_the_agency_removes_its_file_until_a_claim_names_it(opened: Assessment) -> None:
    assert (await send(field(opened))).status_code == 201
    await claim(opened.unit, "1.2.1", {"answer": "yes"}, DIGEST)  # the unit may prove a claim by it, too
    claimed = await field(opened)("POST", f"{FILES}/{DIGEST}/removal")
    assert (claimed.status_code, claimed.json()["code"]) == (409, "file-claimed")
    assert [each["used_in"] for each in await listed(field(opened))] == [[]]
    assert (await send(field(opened), OTHER, "anh.png")).status_code == 201
    assert (await field(opened)("POST", f"{FILES}/{OTHERS}/removal")).json()["facts"] == ["FileRemoved"]


async def test_other_agencies_send_nothing(opened: Assessment) -> None:
    for right in ("unit@H16.07", "appraiser@H16.02", "leader@H16.05", "office@H16"):
        assert (await send(opened.caller("khac", right))).status_code == 403
    assert await listed(opened.unit) == []
