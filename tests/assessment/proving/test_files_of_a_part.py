"""An agency that claims a part in place of a unit sends the files of that part, and sees those and no others."""

import hashlib

import pytest
from tests.assessment.conftest import Assessment, Caller
from tests.assessment.proving.test_api import BASE, DIGEST, FILES, PDF, listed, send

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
