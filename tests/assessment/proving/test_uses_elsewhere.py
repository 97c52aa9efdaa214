"""A file shows where else its bytes or its number are used, and a unit takes a file of another round again."""

from dataclasses import replace
from typing import Any

import pytest
from tests.assessment.appraising.test_stages_api import EXPLAINED, EXPLANATIONS, cut
from tests.assessment.conftest import Assessment, Caller, round_body
from tests.assessment.people import Person, texts_in
from tests.assessment.proving.test_api import BASE, DIGEST, FILES, NAME, PDF, listed, refused, send
from tests.assessment.proving.test_pages import hidden_in

from assessment.opening.queries import terms_of
from assessment.proving.queries import files_in, with_uses_elsewhere
from assessment.self_scoring.reading import READERS
from parindex.auth.access import AccessRule, Audience, admit
from parindex.auth.principal import Principal, Right
from parindex.testing import made_files as made

LAST = "/v1/rounds/r-2025/units/H16.01"
OTHER = "/v1/rounds/r-2026/units/H16.02"
AT = ("r-2026", "H16.01")
EARLIER = f"{BASE}/earlier-files"
TITLES = {"r-2025": "Chỉ số CCHC năm 2025", "r-2026": "Chỉ số CCHC năm 2026"}
NAMES = {"H16.01": "Sở Nội vụ", "H16.02": "Sở Tư pháp"}
PERIOD = {"from_round": "r-2025", "effective_from": "2026-01-01", "effective_to": "2026-12-31"}


async def claim(caller: Caller, unit: str, criterion: str, **document: str) -> None:
    body = {"figures": {"points": "2"} if criterion == "1.3" else {"answer": "yes"}, "evidence": [document]}
    answer = await caller("PUT", f"{unit}/claims/{criterion}", body)
    assert answer.status_code == 201, answer.text


async def elsewhere(caller: Caller) -> list[dict[str, Any]]:
    [file] = await listed(caller)
    found: list[dict[str, Any]] = file["elsewhere"]
    return found


def use(round_id: str, unit: str, criterion: str, *, same_bytes: bool) -> dict[str, Any]:
    names = {"title": TITLES[round_id], "name": NAMES[unit]}
    return {"round": round_id, "unit": unit, "criterion": criterion, "same_bytes": same_bytes, **names}


@pytest.fixture
async def two_rounds(assessment: Assessment) -> Assessment:
    """The rounds of this and of the last year; the unit had the plan in the last one."""
    await assessment.open_round()
    opened = await assessment.office(
        "POST", "/v1/rounds", round_body(round="r-2025", year=2025, title=TITLES["r-2025"])
    )
    assert opened.status_code == 201, opened.text
    assert (await send(assessment.unit, to=f"{LAST}/files")).status_code == 201
    return assessment


async def test_a_reader_sees_the_uses_that_its_rights_cover(two_rounds: Assessment) -> None:
    await claim(two_rounds.unit, LAST, "1.3", number="01/KH-SNV", sha256=DIGEST)
    await claim(two_rounds.other_unit, OTHER, "1.3", number="99/KH", sha256=DIGEST)
    await claim(two_rounds.other_unit, OTHER, "1.1.2", number="01 / kh-snv")
    await claim(two_rounds.other_unit, OTHER, "1.1.3", number="01/KH-SNV", issued_on="2020-01-01")
    await send(two_rounds.unit)
    await claim(two_rounds.unit, BASE, "1.3", number="01/KH-SNV", issued_on="2026-01-05", sha256=DIGEST)
    await two_rounds.catch_up()
    own = use("r-2025", "H16.01", "1.3", same_bytes=True)
    of_others = [
        use("r-2026", "H16.02", "1.1.2", same_bytes=False),
        use("r-2026", "H16.02", "1.3", same_bytes=True),
    ]
    assert await elsewhere(two_rounds.unit) == [own]
    assert await elsewhere(two_rounds.office) == [own, *of_others]
    assert await elsewhere(two_rounds.field_appraiser) == of_others
    page = await Person(two_rounds, "can-bo", ("unit@H16.01",)).opens("/rounds/r-2026/units/H16.01/criteria/1.3/files")
    assert "Còn dùng ở 1 nơi khác Chỉ số CCHC năm 2025, Sở Nội vụ, tiêu chí 1.3 (cùng tệp)" in texts_in(page)


async def test_the_limit_of_uses_counts_those_that_the_reader_may_see(two_rounds: Assessment) -> None:
    await send(two_rounds.unit)
    await claim(two_rounds.unit, LAST, "1.3", number="01/KH-SNV", sha256=DIGEST)
    await claim(two_rounds.unit, BASE, "1.3", number="01/KH-SNV", sha256=DIGEST)
    for unit in ("/v1/rounds/r-2025/units/H16.02", OTHER):
        await claim(two_rounds.other_unit, unit, "1.3", number="99/KH", sha256=DIGEST)
    await two_rounds.catch_up()
    context = two_rounds.resources.context
    terms = await terms_of(context.log, "r-2026", "H16.02")
    files = [replace(each, elsewhere=[]) for each in await files_in(context.log, await terms_of(context.log, *AT))]

    async def seen(most: int, *rights: str) -> list[tuple[str, str]]:
        principal = Principal("p", tuple(map(Right.parse, rights)))
        asker = admit(AccessRule(Audience.ROLES, frozenset(READERS)), principal)
        [file] = await with_uses_elsewhere(context.engine, context.log, terms, files, asker, most)
        return [(each.round, each.unit) for each in file.elsewhere]

    all_of_it = [("r-2025", "H16.01"), ("r-2025", "H16.02"), ("r-2026", "H16.01")]
    assert await seen(9, "office@H16") == all_of_it
    assert await seen(1, "office@H16") == all_of_it[:1]
    assert await seen(1, "auditor@H16.02") == all_of_it[1:2]
    assert await seen(1, "unit@H16.02", "appraiser@H1_.01") == all_of_it[1:2]
    assert await seen(9, "leader@H16", "office@H1") == []


async def test_rounds_of_one_title_have_their_codes_beside_it(two_rounds: Assessment) -> None:
    twin = round_body(round="r-2024", year=2024, title=TITLES["r-2025"])
    assert (await two_rounds.office("POST", "/v1/rounds", twin)).status_code == 201
    await send(two_rounds.unit, made.png(), "anh.png", "/v1/rounds/r-2024/units/H16.01/files")
    await two_rounds.catch_up()
    page = await Person(two_rounds, "can-bo", ("unit@H16.01",)).opens("/rounds/r-2026/units/H16.01/earlier-files")
    assert f"{NAME} (Chỉ số CCHC năm 2025 (r-2025))" in texts_in(page)
    assert "anh.png (Chỉ số CCHC năm 2025 (r-2024))" in texts_in(page)


async def test_a_claim_that_no_longer_names_a_document_is_no_use(two_rounds: Assessment) -> None:
    await send(two_rounds.unit)
    await claim(two_rounds.unit, LAST, "1.3", number="01/KH-SNV", sha256=DIGEST)
    await claim(two_rounds.unit, LAST, "1.3", number="02/KH-SNV")
    await two_rounds.catch_up()
    assert await elsewhere(two_rounds.unit) == []


async def test_a_file_of_another_round_is_taken_again_with_its_period_stated_anew(two_rounds: Assessment) -> None:
    await two_rounds.catch_up()
    expected = [{"round": "r-2025", "sha256": DIGEST, "name": NAME, "title": TITLES["r-2025"]}]
    assert (await two_rounds.unit("GET", EARLIER)).json()["files"] == expected
    reuse = f"{FILES}/{DIGEST}/reuse"
    assert refused(await two_rounds.unit("POST", reuse, {"from_round": "r-2025"})) == (422, "period-needed")
    reversed_ = {**PERIOD, "effective_to": "2025-12-31"}
    assert refused(await two_rounds.unit("POST", reuse, reversed_)) == (422, "period-reversed")
    assert refused(await two_rounds.unit("POST", reuse, {**PERIOD, "from_round": "r-2026"})) == (404, "unknown-file")
    answer = await two_rounds.unit("POST", reuse, PERIOD)
    assert (answer.status_code, answer.json()["facts"]) == (201, ["FileUploaded"])
    [file] = await listed(two_rounds.unit)
    assert (file["name"], file["reused_from"], file["effective_to"]) == (NAME, "r-2025", "2026-12-31")
    page = await Person(two_rounds, "can-bo", ("unit@H16.01",)).opens("/rounds/r-2026/units/H16.01/files")
    assert "Lấy từ Chỉ số CCHC năm 2025; chứng minh cho thời gian từ 01/01/2026 đến 31/12/2026." in texts_in(page)
    assert (await two_rounds.unit("GET", f"{FILES}/{DIGEST}/content")).content == PDF
    await two_rounds.catch_up()
    assert (await two_rounds.unit("GET", EARLIER)).json()["files"] == []
    again = await two_rounds.unit("POST", reuse, PERIOD)
    assert (again.status_code, again.json()["facts"]) == (201, [])


async def test_an_erased_file_is_not_offered_again(two_rounds: Assessment) -> None:
    reason = {"reason": "Có dữ liệu cá nhân"}
    answer = await two_rounds.office("POST", f"{LAST}/files/{DIGEST}/erasure", reason)
    assert answer.status_code == 201, answer.text
    await two_rounds.catch_up()
    assert (await two_rounds.unit("GET", EARLIER)).json()["files"] == []


async def test_the_document_of_an_explanation_is_a_use_beside_that_of_the_claim(assessment: Assessment) -> None:
    await cut(assessment)
    explained = {**EXPLAINED, "evidence": [{"number": "98/BC-SNV", "sha256": DIGEST}]}
    assert (await assessment.unit("PUT", EXPLANATIONS, [explained])).status_code == 201
    await send(assessment.other_unit, to=f"{OTHER}/files")
    await claim(assessment.other_unit, OTHER, "1.3", number="98/BC", sha256=DIGEST)
    await assessment.catch_up()
    [file] = (await assessment.office("GET", f"{OTHER}/files")).json()["files"]
    assert file["elsewhere"] == [use("r-2026", "H16.01", "1.1.4", same_bytes=True)]


async def test_the_file_of_another_unit_can_not_be_taken(two_rounds: Assessment) -> None:
    photo = made.png()
    await send(two_rounds.other_unit, photo, "a.png", "/v1/rounds/r-2025/units/H16.02/files")
    digest = (await two_rounds.other_unit("GET", "/v1/rounds/r-2025/units/H16.02/files")).json()["files"][0]["sha256"]
    assert refused(await two_rounds.unit("POST", f"{FILES}/{digest}/reuse", PERIOD)) == (404, "unknown-file")
    assert refused(await two_rounds.other_unit("POST", f"{FILES}/{DIGEST}/reuse", PERIOD)) == (403, "forbidden")


async def test_a_person_takes_a_file_again_and_attaches_it(two_rounds: Assessment) -> None:
    person, here = Person(two_rounds, "can-bo", ("unit@H16.01",)), "/rounds/r-2026/units/H16.01"
    await two_rounds.catch_up()
    page = await person.opens(f"{here}/earlier-files")
    assert f"{NAME} ({TITLES['r-2025']})" in texts_in(page)
    form = {**hidden_in(page, "earlier-files"), "sha256": f"r-2025/{DIGEST}"}
    empty = await person.sends(f"{here}/earlier-files", form)
    assert (empty.status_code, "hãy nêu lại thời gian" in texts_in(empty)) == (422, True)
    sent = await person.sends(f"{here}/earlier-files", {**form, "effective_from": "01/01/2026"})
    assert (sent.status_code, sent.headers["location"]) == (303, "files?done=reused")
    assert (await two_rounds.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "2"}})).status_code == 201
    evidence = f"{here}/criteria/1.3"
    attach = hidden_in(await person.opens(f"{evidence}/files"), "evidence")
    attached = await person.sends(f"{evidence}/evidence", {**attach, "sha256": DIGEST, "number": "01/KH-SNV"})
    assert attached.status_code == 303, texts_in(attached)
    claimed = (await two_rounds.unit("GET", f"{BASE}/claims/1.3")).json()
    assert claimed["evidence"] == [{"number": "01/KH-SNV", "sha256": DIGEST, "effective_from": "2026-01-01"}]
