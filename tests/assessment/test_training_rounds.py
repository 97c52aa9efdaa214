"""A training round at assessment: each page and file about it says so, and its files go to no real round."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from tests.assessment.conftest import Assessment, round_body
from tests.assessment.people import API, SHEET, Person, texts_in
from tests.assessment.proving.test_api import DIGEST, send

from assessment.service import SERVICE
from parindex.auth.fastapi import access_rules
from parindex.contracts.training import TRAINING
from parindex.hosting.http_process import service_app
from parindex.testing.made_files import png

OFFICE = ("/rounds/r-2026", "/rounds/r-2026/reminders", "/rounds/r-2026/criteria/1.1.2/units", f"{SHEET}/office")
COUNCIL = (
    "/rounds/r-2026/council",
    "/rounds/r-2026/council/members",
    "/rounds/r-2026/council/sessions/1",
    f"{SHEET}/criteria/1.1.2/council",
)
APPRAISERS = ("/rounds/r-2026/appraisal", "/rounds/r-2026/appraisal/upholding", f"{SHEET}/criteria/1.1.2/appraisal")
UNIT = (
    SHEET,
    f"{SHEET}/report",
    f"{SHEET}/assignments",
    f"{SHEET}/workbook",
    f"{SHEET}/files",
    f"{SHEET}/earlier-files",
    f"{SHEET}/explanation",
    f"{SHEET}/criteria/1.1.2",
    f"{SHEET}/criteria/1.1.2/files",
    f"{SHEET}/criteria/1.1.2/stages",
)


NOT_HERE = (
    "/rounds/r-2026/council/sessions/1/minutes",
    "/rounds/r-2026/next-year",
    f"{SHEET}/workbook/download",
    f"{SHEET}/criteria/1.1.2/explanation",
    f"{SHEET}/criteria/1.1.2/points",
    f"{SHEET}/criteria/1.1.2/appraisal/points",
)
"""Downloads, parts of pages that a script asks for, and a page that only a corrected criterion has."""


@pytest.fixture
def unit(assessment: Assessment) -> Person:
    return Person(assessment, "don-vi-1", ("unit@H16.01",))


@pytest.fixture
def officer(assessment: Assessment) -> Person:
    return Person(assessment, "so-noi-vu", ("office@H16",))


async def marks(person: Person, pages: tuple[str, ...]) -> dict[str, tuple[int, bool]]:
    opened = {page: await person.opens(page) for page in pages}
    return {page: (answer.status_code, TRAINING in texts_in(answer)) for page, answer in opened.items()}


@pytest.mark.parametrize("training", [True, False])
async def test_every_page_about_a_training_round_says_so_and_none_about_another(
    assessment: Assessment, unit: Person, officer: Person, training: bool
) -> None:
    await assessment.open_round(training=training)
    await assessment.catch_up()
    await assessment.submit("H16.01")
    assert await marks(unit, UNIT) == dict.fromkeys(UNIT, (200, training))
    of_office = (*OFFICE, *APPRAISERS, *COUNCIL)
    assert await marks(officer, of_office) == dict.fromkeys(of_office, (200, training))
    assert ("(tập huấn)" in texts_in(await unit.opens("/"))) is training
    for page in ("/", "/authorities/H16/criteria-sets"):
        assert ("(tập huấn)" in texts_in(await officer.opens(page))) is training, page


def test_no_page_of_a_round_is_left_out(assessment: Assessment) -> None:
    app = service_app(SERVICE, assessment.resources.context, assessment.resources.settings)
    names = {"round": "r-2026", "unit": "H16.01", "criterion": "1.1.2", "session": "1"}
    paths = {
        route.path
        for route in access_rules(app)
        if route.rule and route.rule.page and "GET" in route.methods and "{round}" in route.path
    }
    pages = {re.sub(r"{(\w+)[^}]*}", lambda name: names.get(name[1], name[0]), path) for path in paths}
    left = pages - {*OFFICE, *APPRAISERS, *COUNCIL, *UNIT, *NOT_HERE}
    assert {page for page in left if "{" not in page} == set()


@pytest.mark.parametrize("training", [True, False])
async def test_files_and_answers_about_a_training_round_say_so(
    assessment: Assessment, unit: Person, training: bool
) -> None:
    await assessment.open_round(training=training)
    await assessment.catch_up()
    book = ZipFile(BytesIO((await unit.opens(f"{SHEET}/workbook/download")).content))
    sheets = [book.read(f"xl/worksheets/sheet{at}.xml").decode() for at in (1, 2)]
    assert [f"<oddHeader>&amp;C{TRAINING}" in each for each in sheets] == [training] * 2
    assert (TRAINING in book.read("xl/sharedStrings.xml").decode()) is training
    [listed] = (await assessment.office("GET", "/v1/rounds")).json()
    sheet = (await assessment.unit("GET", f"{API}/self-score")).json()
    opened = (await assessment.office("GET", "/v1/rounds/r-2026")).json()
    stages = (await assessment.unit("GET", f"{API}/criteria/1.1.2/stages")).json()
    of_office = ("progress", "reminders", "criteria/1.1.2/units")
    seen = [(await assessment.office("GET", f"/v1/rounds/r-2026/{path}")).json() for path in of_office]
    assert [each["training"] for each in (listed, sheet, opened, stages, *seen)] == [training] * 7
    assert ({"term": "Tập huấn", "text": TRAINING} in stages["said"]) is training


async def test_a_file_of_a_training_round_is_offered_to_no_real_one_and_is_no_use_elsewhere(
    assessment: Assessment,
) -> None:
    await assessment.open_round()
    practice, last = round_body(round="r-2025", year=2025, training=True), "/v1/rounds/r-2025/units/H16.01"
    assert (await assessment.office("POST", "/v1/rounds", practice)).status_code == 201
    for to in (last, API):
        assert (await send(assessment.unit, to=f"{to}/files")).status_code == 201
        claim = {"figures": {"points": "2"}, "evidence": [{"number": "01/KH", "sha256": DIGEST}]}
        assert (await assessment.unit("PUT", f"{to}/claims/1.3", claim)).status_code == 201
    assert (await send(assessment.unit, png(), "anh.png", f"{last}/files")).status_code == 201
    await assessment.catch_up()
    [file] = (await assessment.unit("GET", f"{API}/files")).json()["files"]
    assert file["elsewhere"] == []
    assert (await assessment.unit("GET", f"{API}/earlier-files")).json()["files"] == []
    [file, _] = (await assessment.unit("GET", f"{last}/files")).json()["files"]
    assert [one["round"] for one in file["elsewhere"]] == ["r-2026"]
