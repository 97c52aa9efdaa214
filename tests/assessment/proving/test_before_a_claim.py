"""A document before a claim: its file is sent first, offered with a ticked box, and attached by the first save."""

import hashlib
import re

import pytest
from httpx import Response
from tests.assessment.conftest import Assessment
from tests.assessment.people import facts_of, hidden_in, texts_in
from tests.assessment.proving.test_pages import API, DIGEST, NAME, PLAN, PROOF, UNIT, Sender, claim_of, uploaded

from assessment.self_scoring.events import ClaimEntered
from parindex.testing import made_files as made

CRITERION = f"{UNIT}/criteria/1.3"
OFFERED = f"{CRITERION}?file={DIGEST}"
PHOTO = made.jpeg()
OF_PHOTO = hashlib.sha256(PHOTO).hexdigest()
FOREIGN = "ab" * 32


@pytest.fixture
async def clerk(assessment: Assessment) -> Sender:
    """A clerk whose unit has sent the plan from the page of 1.3, and has claimed nothing."""
    await assessment.open_round()
    person = Sender(assessment, "can-bo", ("unit@H16.01",))
    assert (await person.uploads((NAME, PLAN), to=PROOF)).status_code == 200
    return person


def boxes(page: Response, name: str) -> dict[str, bool]:
    """Return the boxes of this name by their values, each with whether it is ticked."""
    found = re.findall(rf'<input type="checkbox"[^>]* name="{name}" value="([^"]*)"( checked)?>', page.text)
    found += re.findall(rf'<input type="checkbox" name="{name}" value="([^"]*)"( checked)?>', page.text)
    return {value: bool(ticked) for value, ticked in found}


async def sends(person: Sender, to: str = OFFERED, **fields: str) -> Response:
    hidden = hidden_in(await person.opens(to))
    return await person.sends(
        to, {**hidden, **{re.sub(r"_([0-9])$", r"-\1", name): text for name, text in fields.items()}}
    )


async def test_a_sent_file_is_offered_ticked_and_others_of_the_unit_are_not(clerk: Sender) -> None:
    page = await clerk.uploads(("anh.jpg", PHOTO), to=PROOF)
    assert boxes(page, "file") == {OF_PHOTO: True, DIGEST: False}
    assert 'action="../1.3"' in page.text
    assert "Các tệp khác của đơn vị (1)" in texts_in(page)
    assert boxes(await clerk.opens(PROOF), "file") == {OF_PHOTO: False, DIGEST: False}


async def test_the_first_save_attaches_the_ticked_file_in_one_event(clerk: Sender) -> None:
    page = await clerk.opens(OFFERED)
    assert boxes(page, "sha256-0") == {DIGEST: True}
    assert f"{NAME} (sẽ đính kèm khi lưu)" in texts_in(page)
    assert "lưu tiêu chí trước" not in texts_in(page)
    head = await clerk.assessment.resources.log.head()
    answer = await sends(clerk, points="2", sha256_0=DIGEST, number_0="12/CV-SNV", issued_on_0="5/1/2026")
    assert (answer.status_code, answer.headers["location"]) == (303, "1.3?saved=1.3")
    assert await clerk.assessment.resources.log.head() == head + 1
    [claim] = await facts_of(clerk, ClaimEntered)
    assert isinstance(claim, ClaimEntered)
    assert [(one.number, one.sha256) for one in claim.evidence] == [("12/CV-SNV", DIGEST)]
    assert boxes(await clerk.opens(OFFERED), "sha256-1") == {}  # it is attached already


def named_files(page: Response) -> list[tuple[str, str]]:
    """Return the address and the name of each attached file that the form names."""
    return re.findall(r'<p>Tệp: <a class="data" href="([^"]*)">([^<]*)</a></p>', page.text)


async def test_an_attached_file_is_named_at_its_document_with_the_way_to_its_page(clerk: Sender) -> None:
    assert named_files(await clerk.opens(OFFERED)) == []  # the box names it
    await sends(clerk, points="2", sha256_0=DIGEST, number_0="12/CV-SNV")
    page = await clerk.opens(f"{CRITERION}?saved=1.3")
    assert named_files(page) == [(f"../files/{DIGEST}", NAME)]
    assert (await clerk.opens(f"{UNIT}/files/{DIGEST}")).status_code == 200
    refused = await sends(clerk, CRITERION, points="2", sha256_0=DIGEST, number_0="")
    assert (refused.status_code, named_files(refused)) == (422, [(f"../files/{DIGEST}", NAME)])


async def test_a_document_whose_file_the_unit_has_not_names_none(clerk: Sender) -> None:
    body = {"figures": {"points": "2"}, "evidence": [{"number": "01/KH", "sha256": FOREIGN}]}
    assert (await clerk.assessment.unit("PUT", f"{API}/claims/1.3", body)).status_code < 300
    page = await clerk.opens(CRITERION)
    assert (page.status_code, named_files(page)) == (200, [])


async def test_a_box_that_is_not_ticked_leaves_the_file_in_the_list(clerk: Sender) -> None:
    assert (await sends(clerk, points="2")).status_code == 303
    assert (await claim_of(clerk))["evidence"] == []
    assert [each.sha256 for each in await uploaded(clerk)] == [DIGEST]


async def test_a_refused_form_keeps_what_was_typed_and_each_box_as_it_was(clerk: Sender) -> None:
    await clerk.uploads(("anh.jpg", PHOTO), to=PROOF)
    both = f"{OFFERED}&file={OF_PHOTO}"
    refused = await sends(clerk, both, points="2", sha256_0=DIGEST, explanation="Đã họp ngày 5")
    assert (refused.status_code, await facts_of(clerk, ClaimEntered)) == (422, [])
    assert (boxes(refused, "sha256-0"), boxes(refused, "sha256-1")) == ({DIGEST: True}, {OF_PHOTO: False})
    assert 'href="#field-number-0"' in refused.text
    assert f'action="1.3?file={DIGEST}&amp;file={OF_PHOTO}"' in refused.text
    assert "Đã họp ngày 5" in texts_in(refused)
    assert 'value="2"' in refused.text


async def test_one_more_document_keeps_the_boxes(clerk: Sender) -> None:
    page = await sends(clerk, then="more", sha256_0=DIGEST, number_0="12/CV")
    assert boxes(page, "sha256-0") == {DIGEST: True}
    assert 'name="number-1"' in page.text


@pytest.mark.parametrize("digest", [FOREIGN, "khong-phai-ma", ""])
async def test_an_unknown_file_in_the_address_is_ignored_in_words(clerk: Sender, digest: str) -> None:
    page = await clerk.opens(f"{CRITERION}?file={digest}&file={DIGEST}")
    assert (page.status_code, "Bỏ qua 1 tệp: đơn vị không có tệp đó" in texts_in(page)) == (200, True)
    assert boxes(page, "sha256-0") == {DIGEST: True}


async def test_the_file_of_another_unit_is_neither_offered_nor_attached(clerk: Sender) -> None:
    other = Sender(clerk.assessment, "nguoi-khac", ("unit@H16.02",))
    sent = await other.uploads(("anh.jpg", PHOTO), to="/rounds/r-2026/units/H16.02/files")
    assert sent.status_code == 200
    page = await clerk.opens(f"{CRITERION}?file={OF_PHOTO}")
    assert (boxes(page, "sha256-0"), "anh.jpg" in page.text) == ({}, False)
    for digest in (OF_PHOTO, FOREIGN):
        refused = await sends(clerk, CRITERION, points="2", sha256_0=digest, number_0="12/CV-SNV")
        assert (refused.status_code, await facts_of(clerk, ClaimEntered)) == (422, [])
        assert "Đơn vị không có tệp này trong đợt" in texts_in(refused)
        assert digest not in refused.text
        assert "12/CV-SNV" in refused.text


async def test_a_file_whose_bytes_were_erased_is_not_attached(clerk: Sender) -> None:
    erasure = await clerk.assessment.office("POST", f"{API}/files/{DIGEST}/erasure", {"reason": "Có dữ liệu cá nhân"})
    assert erasure.status_code == 201
    assert boxes(await clerk.opens(OFFERED), "sha256-0") == {}
    assert (await sends(clerk, points="2", sha256_0=DIGEST, number_0="12/CV")).status_code == 422


async def test_what_another_criterion_says_of_the_file_is_copied(clerk: Sender) -> None:
    document = {"number": "01/KH-SNV", "issued_on": "2026-01-05", "title": "Kế hoạch", "sha256": DIGEST}
    body = {"figures": {"answer": "yes"}, "evidence": [document]}
    assert (await clerk.assessment.unit("PUT", f"{API}/claims/1.1.2", body)).status_code == 201
    page = await clerk.opens(OFFERED)
    for name, text in (("number", "01/KH-SNV"), ("issued_on", "05/01/2026"), ("title", "Kế hoạch")):
        assert re.search(rf'name="{name}-0"[^>]* value="{text}"', page.text), name


async def test_only_those_who_claim_are_offered_files(clerk: Sender) -> None:
    leader = Sender(clerk.assessment, "lanh-dao", ("leader@H16.01",))
    assert boxes(await leader.opens(OFFERED), "sha256-0") == {}
