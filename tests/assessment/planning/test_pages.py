"""The office's pages of years over HTTP: an upload, mistakes or a preview, and a year that is carried out once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import APIRouter
from tests.assessment.conftest import Assessment, ca_mau_set, round_body
from tests.assessment.drafting.test_pages import fields_in
from tests.assessment.people import Person, texts_in
from tests.assessment.planning.test_round_trip import ca_mau_year

from assessment.drafting.writing import write_set
from assessment.enacting.api import enact
from assessment.enacting.events import CriteriaSetEnacted
from assessment.opening.bodies import RoundIn
from assessment.opening.deadlines import Deadlines
from assessment.opening.events import RoundOpened
from assessment.planning import pages
from assessment.planning.api import Years
from assessment.planning.layout import READ
from assessment.planning.reading import read_year
from assessment.planning.writing import write_year
from assessment.planning.years import Year, body_of, next_year
from assessment.service import SERVICE
from parindex.auth import Asker
from parindex.auth.fastapi import authenticate_with
from parindex.contracts.assessment import Block
from parindex.eventstore.appending import Appended
from parindex.files import bounded
from parindex.files.inspecting import Inspector
from parindex.files.workbooks import Extractor, extract
from parindex.hosting.http_process import service_app
from parindex.hosting.resources import open_authenticator
from parindex.http.problem_handlers import DatabaseAwayError
from parindex.http.write_endpoints import WriteRequest
from parindex.service import ServiceContext
from parindex.testing import made_files as made
from parindex.testing.serving import ISSUER, signed_in

LIST = "/authorities/H16/years"


@dataclass(frozen=True)
class Officer(Person):
    """A person at a browser who prepares a year."""

    async def uploads(self, content: bytes, name: str = "năm.xlsx") -> httpx.Response:
        return await self.assessment.http.post(LIST, files={"workbook": (name, content)}, headers=self.headers())

    async def preview_of(self, year: Year) -> str:
        answer = await self.uploads(write_year(year))
        assert answer.status_code == 303, texts_in(answer)
        return f"/authorities/H16/{answer.headers['location']}"

    async def confirms(self, preview: httpx.Response, path: str) -> httpx.Response:
        return await self.sends(path, fields_in(preview))


@pytest.fixture
def officer(assessment: Assessment) -> Officer:
    return Officer(assessment, "can-bo", ("office@H16",))


async def recorded(assessment: Assessment, stream: str, kind: type) -> list[Any]:
    return [each.fact for each in await assessment.resources.log.read_stream(stream) if isinstance(each.fact, kind)]


async def sets_and_rounds(assessment: Assessment) -> tuple[int, int]:
    sets = await recorded(assessment, "set-ca-mau-2013", CriteriaSetEnacted)
    return len(sets), len(await recorded(assessment, "round-r-2026", RoundOpened))


def mistakes(page: httpx.Response) -> list[str]:
    """Return the lines of the table of mistakes."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.text.partition("</table>")[0], re.DOTALL)[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


async def test_an_officer_uploads_a_year_looks_and_opens_it(officer: Officer) -> None:
    empty = await officer.opens(LIST)
    assert "Chưa có đợt nào. Hãy bắt đầu từ mẫu." in texts_in(empty)
    path = await officer.preview_of(ca_mau_year())
    preview = await officer.opens(path)
    shown = texts_in(preview)
    assert await sets_and_rounds(officer.assessment) == (0, 0)
    for words in (
        "Xem trước; chưa mở. Cơ quan chủ trì: H16.",
        "Hạn tự chấm điểm 17:00 Chủ nhật, ngày 31/01/2027 Hạn thẩm định 17:00 thứ Hai, ngày 15/03/2027",
        "Lượt bấm kiosk được tính từ Đầu năm 2026 Lượt bấm kiosk được tính đến trước 00:00 ngày 01/01/2028",
        "1 khối, 2 đơn vị",
        "Sở, ban, ngành (so): 2 đơn vị, bộ chỉ số trong bảng tính",
        "H16.01 Sở Nội vụ",
        "1.2 Báo cáo CCHC H16.02 Sở Tư pháp Mọi khối",
        "Bộ chỉ số: Bộ chỉ số CCHC",
        "Bộ chỉ số được ban hành và đợt được mở đúng như trang này đang hiện.",
    ):
        assert words in shown, words
    done = await officer.confirms(preview, path)
    assert (done.status_code, done.headers["location"]) == (303, "../../../authorities/H16/years?opened=r-2026")
    assert await sets_and_rounds(officer.assessment) == (1, 1)
    [opened] = await recorded(officer.assessment, "round-r-2026", RoundOpened)
    by_api = body_of(ca_mau_year(), "H16")
    assert (opened.blocks, opened.self_scoring_until) == (ca_mau_year().blocks, by_api["deadlines"]["self_scoring"])
    listed = await officer.opens(f"{LIST}?opened=r-2026")  # the list of rounds has not caught up with the log
    assert "Đã mở đợt “Chỉ số CCHC năm 2026” (r-2026)." in texts_in(listed)
    assert "Chỉ số CCHC năm 2026 (r-2026) 2026 2 Tải bảng tính năm 2027" in texts_in(listed)
    assert 'href="../../criteria-sets/ca-mau-2013"' in listed.text
    await officer.assessment.catch_up()
    again = await officer.opens(f"{LIST}?opened=r-2026")
    assert texts_in(again).count("Chỉ số CCHC năm 2026 (r-2026) 2026 2") == 1
    assert "Đã mở đợt" not in texts_in(await officer.opens(f"{LIST}?opened=r-2027"))


async def test_a_year_that_stops_between_its_two_commands_is_completed_when_it_is_confirmed_again(
    officer: Officer,
) -> None:
    resources = officer.assessment.resources

    async def stops(context: ServiceContext, body: RoundIn, write: WriteRequest, asker: Asker) -> Appended:
        raise DatabaseAwayError

    def stopping(context: ServiceContext) -> list[APIRouter]:
        return [pages.routes(Years(context, enact, stops, Inspector(), Extractor()))]

    path = await officer.preview_of(ca_mau_year())
    preview = await officer.opens(path)
    app = service_app(replace(SERVICE, routes=stopping), resources.context, resources.settings)
    async with open_authenticator(resources, ISSUER.keys()) as authenticator:
        authenticate_with(app, authenticator)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
            elsewhere = Officer(replace(officer.assessment, http=http), officer.name, officer.rights)
            assert (await elsewhere.confirms(preview, path)).status_code == 503
    assert await sets_and_rounds(officer.assessment) == (1, 0)
    assert (await officer.confirms(preview, path)).status_code == 303
    assert await sets_and_rounds(officer.assessment) == (1, 1)


async def test_a_year_whose_set_is_enacted_already_is_completed(officer: Officer) -> None:
    path = await officer.preview_of(ca_mau_year())
    preview = await officer.opens(path)
    await officer.assessment.enact()
    assert (await officer.confirms(preview, path)).status_code == 303
    assert await sets_and_rounds(officer.assessment) == (1, 1)
    again = await officer.opens(path)
    assert "đã mở đúng như trang này đang hiện; không còn việc gì phải làm" in texts_in(again)
    assert "mở đợt</button>" not in again.text.lower()
    assert (await officer.confirms(preview, path)).status_code == 303
    assert await sets_and_rounds(officer.assessment) == (1, 1)


async def test_an_opening_that_is_refused_after_the_enactment_leaves_a_year_that_goes_on(officer: Officer) -> None:
    """The deadline passes between the two commands; with a later one the same set is used, and not enacted again."""
    await officer.assessment.enact()
    late = replace(ca_mau_year(), deadlines=Deadlines(self_scoring_until="2020-01-31T10:00:00.000000Z"))
    refused = await officer.uploads(write_year(late))
    assert (refused.status_code, mistakes(refused)[0]) == (422, "Đợt đánh giá 6 B Thời hạn đã qua.")
    path = await officer.preview_of(ca_mau_year())
    preview = await officer.opens(path)
    assert "Bộ chỉ số ca-mau-2013 đã ban hành đúng như trong bảng tính nên được dùng tiếp" in texts_in(preview)
    assert (await officer.confirms(preview, path)).status_code == 303
    assert await sets_and_rounds(officer.assessment) == (1, 1)


async def test_a_deadline_that_passes_while_the_page_is_open_enacts_nothing(officer: Officer) -> None:
    path = await officer.preview_of(ca_mau_year())
    preview = await officer.opens(path)
    officer.assessment.clock.pass_days(3_000)
    refused = await officer.confirms(preview, path)
    assert (refused.status_code, "Thời hạn đã qua." in texts_in(refused)) == (422, True)
    assert await sets_and_rounds(officer.assessment) == (0, 0)


async def test_a_double_click_carries_a_year_out_once(officer: Officer) -> None:
    path = await officer.preview_of(ca_mau_year())
    preview = await officer.opens(path)
    answers = await officer.assessment.at_one_moment(officer.confirms(preview, path), officer.confirms(preview, path))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert await sets_and_rounds(officer.assessment) == (1, 1)


async def test_what_was_shown_is_carried_out_and_nothing_else(officer: Officer) -> None:
    first = await officer.preview_of(ca_mau_year())
    preview = await officer.opens(first)
    other = await officer.preview_of(replace(ca_mau_year(), title="Đợt khác"))
    refused = await officer.confirms(preview, other)
    assert (refused.status_code, "nay khác nội dung đã hiển thị" in texts_in(refused)) == (409, True)
    assert await sets_and_rounds(officer.assessment) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"round": "Sai mã"}, ["Đợt đánh giá 2 B"]),
        ({"year": 1900}, ["Đợt đánh giá 3 B"]),
        (
            {"deadlines": replace(ca_mau_year().deadlines, appraisal_until="2027-01-01T10:00:00.000000Z")},
            ["Đợt đánh giá 7 B"],
        ),
        ({"pressed_from": "2030-01-01T10:00:00.000000Z"}, ["Đợt đánh giá 8 B"]),
        ({"blocks": ()}, ["Khối", "Thẩm định 2 A"]),
    ],
)
async def test_what_opening_refuses_is_at_its_cell(officer: Officer, changes: dict[str, Any], said: list[str]) -> None:
    head = await officer.assessment.resources.log.head()
    page = await officer.uploads(write_year(replace(ca_mau_year(), **changes)))
    assert page.status_code == 422
    found = mistakes(page)
    assert len(found) == len(said)
    assert all(line.startswith(place) for line, place in zip(found, said, strict=True)), found
    assert await officer.assessment.resources.log.head() == head


async def test_units_appraisers_and_rows_that_are_not_there_are_told_at_their_cells(officer: Officer) -> None:
    body = msgspec.to_builtins([*ca_mau_year().blocks])
    body[0]["units"][0] |= {"code": "H17.01", "not_applicable": ["9.9"]}
    body[0]["units"][1]["code"] = "H17.01"
    body.append({"code": "huyen", "name": "Huyện", "criteria_set": "khong-co", "units": []})
    blocks = tuple(msgspec.convert(body, list[Block]))
    entry = ca_mau_year().appraisers[0]
    given = (entry, replace(entry, criterion="2.1"), replace(entry, appraiser="H18", block="xa"))
    page = await officer.uploads(write_year(replace(ca_mau_year(), blocks=blocks, appraisers=given)))
    assert page.status_code == 422
    places = sorted(re.match(r"\D+ \d+ [A-Z]?", line)[0].strip() for line in mistakes(page))  # type: ignore[index]
    assert places == [
        "Không áp dụng 2 B",
        "Khối 3 A",
        "Khối 3 C",
        "Thẩm định 3 A",
        "Thẩm định 4 A",
        "Thẩm định 4 B",
        "Thẩm định 4 C",
        "Đơn vị 2 A",
        "Đơn vị 3 A",
        "Đơn vị 3 A",
    ]


async def test_a_set_and_a_round_that_are_there_with_another_content_are_told_at_their_codes(officer: Officer) -> None:
    await officer.assessment.open_round()
    page = await officer.uploads(write_year(ca_mau_year()))  # with deadlines, which the open round does not have
    assert mistakes(page) == ["Đợt đánh giá 2 B Đợt “r-2026” đã mở, với nội dung khác."]
    other = replace(ca_mau_year(), criteria_set=msgspec.structs.replace(ca_mau_set(), title="Khác"), round="r-2")
    [said] = mistakes(await officer.uploads(write_year(other)))
    assert said.startswith("Bộ chỉ số 2 B Bộ chỉ số “ca-mau-2013” đã ban hành, với nội dung khác")
    foreign = replace(ca_mau_year(), round="h17-2026")
    [said] = mistakes(await officer.uploads(write_year(foreign)))
    assert said.startswith("Đợt đánh giá 2 B Mã “h17-2026” thuộc cơ quan khác.")


async def test_a_block_may_use_a_set_in_force_and_an_unused_set_is_a_warning(officer: Officer) -> None:
    await officer.assessment.enact()
    await officer.assessment.catch_up()
    year = replace(ca_mau_year(), criteria_set=msgspec.structs.replace(ca_mau_set(), code="moi"), deadlines=Deadlines())
    shown = texts_in(await officer.opens(await officer.preview_of(year)))
    assert "2 đơn vị, bộ đã ban hành ca-mau-2013" in shown
    assert "Không khối nào dùng bộ chỉ số trong bảng tính này; bộ vẫn được ban hành." in shown
    assert "Đợt đánh giá 6 B Để trống nên không có hạn." in shown
    assert "Bộ chỉ số thay đổi so với ca-mau-2013" in shown
    assert "Hai bộ giống nhau, trừ mã bộ chỉ số." in shown


async def test_a_file_that_can_not_be_read_now_is_not_gone(officer: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await officer.preview_of(ca_mau_year())
    with monkeypatch.context() as busy:
        busy.setattr(bounded, "WITHIN", 0.0)
        refused = await officer.opens(path)
    assert (refused.status_code, "Tệp quá phức tạp" in texts_in(refused)) == (422, True)
    assert (await officer.opens(path)).status_code == 200


async def test_the_workbook_of_the_next_year_has_the_dates_of_its_plan(officer: Officer) -> None:
    office = officer.assessment.office
    await officer.assessment.open_round()
    plans = "/v1/authorities/H16/plans"
    assert (await office("POST", plans, {"year": 2027, "title": "Kế hoạch"})).status_code == 201
    item = {"title": "Thẩm định", "until": "2027-09-30", "sets": "appraisal-until"}
    assert (await office("PUT", f"{plans}/2027/items/1", item)).status_code == 201
    book = await officer.opens("/rounds/r-2026/next-year")
    found = read_year(extract(book.content, READ)).year
    assert found is not None
    assert found.deadlines == Deadlines(appraisal_until="2027-09-30T16:59:00.000000Z")


async def test_next_year_begins_from_last_years_and_uses_its_set_while_nothing_of_it_is_changed(
    officer: Officer,
) -> None:
    criteria_set = msgspec.structs.replace(ca_mau_set(), code="h16-2026")
    blocks = tuple(msgspec.structs.replace(block, criteria_set="h16-2026") for block in ca_mau_year().blocks)
    this = replace(ca_mau_year(), criteria_set=criteria_set, blocks=blocks)
    path = await officer.preview_of(this)
    assert (await officer.confirms(await officer.opens(path), path)).status_code == 303
    await officer.assessment.catch_up()
    listed = await officer.opens(LIST)
    assert 'href="../../rounds/r-2026/next-year"' in listed.text
    book = await officer.opens("/rounds/r-2026/next-year")
    found = read_year(extract(book.content, READ))
    assert found.year == next_year(this)
    by_api = await officer.assessment.office("GET", "/v1/rounds/r-2026/next-year")
    assert by_api.content == book.content
    answer = await officer.uploads(book.content)
    assert answer.status_code == 303
    path = f"/authorities/H16/{answer.headers['location']}"
    preview = await officer.opens(path)
    assert "Bộ chỉ số h16-2026 đã ban hành đúng như trong bảng tính nên được dùng tiếp" in texts_in(preview)
    changed = replace(next_year(this), criteria_set=msgspec.structs.replace(criteria_set, title="Khác"))
    [said] = mistakes(await officer.uploads(write_year(changed)))
    assert "hãy đổi mã, hoặc để bộ đó nguyên vẹn" in said
    assert (await officer.confirms(preview, path)).status_code == 303
    assert await recorded(officer.assessment, "set-h16-2027", CriteriaSetEnacted) == []
    [opened] = await recorded(officer.assessment, "round-r-2027", RoundOpened)
    assert (opened.year, opened.self_scoring_until) == (2027, "2028-01-31T10:00:00.000000Z")


async def test_the_page_of_a_set_in_force_leads_to_a_year_with_it(officer: Officer) -> None:
    new = msgspec.structs.replace(ca_mau_set(), code="moi")
    body = {"authority": "H16", "criteria_set": msgspec.to_builtins(new)}
    assert (await officer.assessment.office("POST", "/v1/criteria-sets", body)).status_code == 201
    address = "authorities/H16/criteria-sets/moi/year-workbook"
    shown = await officer.opens("/criteria-sets/moi")
    assert f'href="../{address}"' in shown.text
    assert 'href="../authorities/H16/years"' in shown.text
    first = read_year(extract((await officer.opens(f"/{address}")).content, READ)).year
    assert first is not None
    assert (first.criteria_set, [len(block.units) for block in first.blocks], first.appraisers) == (new, [0, 0], ())
    await officer.assessment.open_round()
    await officer.assessment.catch_up()
    book = await officer.opens(f"/{address}")
    assert book.content == (await officer.assessment.office("GET", f"/v1/{address}")).content
    begun = read_year(extract(book.content, READ)).year
    assert begun is not None
    assert (begun.criteria_set, begun.year, begun.round) == (new, 2027, "r-2027")
    assert {block.criteria_set for block in begun.blocks} == {"moi"}
    assert [unit.code for block in begun.blocks for unit in block.units] == ["H16.01", "H16.02"]
    for right in ("office@H17", "council@H16"):
        assert (await Officer(officer.assessment, "khac", (right,)).opens(f"/{address}")).status_code == 403
    assert (await officer.opens("/authorities/H16/criteria-sets/khong-co/year-workbook")).status_code == 404


async def test_only_the_office_has_the_pages(officer: Officer) -> None:
    await officer.assessment.open_round()
    path = await officer.preview_of(replace(ca_mau_year(), round="r-2"))
    preview = await officer.opens(path)
    for right in ("unit@H16.01", "office@H17", "council@H16", "appraiser@H16"):
        other = Officer(officer.assessment, "khac", (right,))
        assert (await other.opens(LIST)).status_code == 403
        assert (await other.opens(path)).status_code == 403
        assert (await other.confirms(preview, path)).status_code == 403
        assert (await other.uploads(write_year(ca_mau_year()))).status_code == 403
        assert (await other.opens("/rounds/r-2026/next-year")).status_code == 403
    cross = await officer.sends(path, fields_in(preview), Sec_Fetch_Site="cross-site")
    assert cross.status_code == 403
    assert await recorded(officer.assessment, "round-r-2", RoundOpened) == []


async def test_other_files_and_files_that_are_gone_are_refused_in_words(officer: Officer) -> None:
    for content, name, words in (
        (made.pdf(1), "kế hoạch.pdf", "Không đọc loại tệp này (PDF) thành một năm"),
        (b"code: x", "bộ.yaml", "một năm chỉ được đọc từ tệp Excel .xlsx."),
        (b"", "năm.xlsx", "Tệp rỗng"),
    ):
        answer = await officer.uploads(content, name)
        assert (answer.status_code, words in texts_in(answer)) == (422, True), texts_in(answer)
    only_a_set = await officer.uploads(write_set(ca_mau_set()))
    assert (only_a_set.status_code, len(mistakes(only_a_set))) == (422, 5)
    gone = await officer.opens(f"/authorities/H16/year-readings/{'0' * 64}")
    assert (gone.status_code, "Không còn bảng tính của năm này" in texts_in(gone)) == (404, True)


async def test_the_api_reads_a_year_into_the_bodies_of_its_two_commands(officer: Officer) -> None:
    async def reading(content: bytes) -> Mapping[str, Any]:
        bearer = officer.assessment.office
        answer = await officer.assessment.http.post(
            "/v1/year-readings?authority=H16",
            content=content,
            headers=signed_in(bearer.name, *bearer.rights, at=officer.assessment.clock()),
        )
        assert answer.status_code == 200, answer.text
        found: Mapping[str, Any] = answer.json()
        return found

    found = await reading(write_year(ca_mau_year()))
    assert (found["errors"], found["warnings"], found["set_in_force"], found["opened"]) == ([], [], False, False)
    office = officer.assessment.office
    body = {"authority": "H16", "criteria_set": found["criteria_set"]}
    assert (await office("POST", "/v1/criteria-sets", body)).status_code == 201
    assert (await office("POST", "/v1/rounds", found["round"])).status_code == 201
    again = await reading(write_year(ca_mau_year()))
    assert (again["set_in_force"], again["opened"]) == (True, True)
    wrong = await reading(write_year(replace(ca_mau_year(), round="r-2", blocks=())))
    assert (wrong["criteria_set"], wrong["round"], wrong["errors"][0]["sheet"]) == (None, None, "Khối")


async def test_units_that_the_register_has_otherwise_are_warned_of_at_their_cells(officer: Officer) -> None:
    kept = {"valid_from": "2020-01-01", "kind": "department"}
    lines = [
        {**kept, "code": "H16.01", "name": "Sở Nội vụ và Lao động"},
        {**kept, "code": "H16.02", "name": "Sở Tư pháp", "valid_to": "2026-12-31"},  # its first day without the unit
    ]
    recorded = await officer.assessment.office("PUT", "/v1/authorities/H16/units", lines)
    assert recorded.status_code == 201, recorded.text
    shown = texts_in(await officer.opens(await officer.preview_of(ca_mau_year())))
    assert "có tên “Sở Nội vụ và Lao động”, khác tên “Sở Nội vụ”" in shown
    assert "Đơn vị “H16.02” (Sở Tư pháp) không còn từ ngày 31/12/2026." in shown


async def test_the_template_and_the_ways_to_the_page(officer: Officer) -> None:
    book = await officer.opens("/year-template")
    planned = read_year(extract(book.content, READ))
    assert (planned.drafted.errors, len(planned.drafted.warnings)) == ([], 2)  # it is the sample
    one = await officer.opens("/years")
    assert (one.status_code, one.headers["location"]) == (303, "authorities/H16/years")
    several = await Officer(officer.assessment, "hai", ("office@H16", "office@H17")).opens("/years")
    assert "Mở đợt đánh giá của H16 Mở đợt đánh giá của H17" in texts_in(several)
    assert 'href="years"' in (await officer.opens("/")).text
    assert 'href="years"' in (await officer.opens("/authorities/H16/criteria-sets")).text
    council = await Officer(officer.assessment, "hd", ("council@H16",)).opens("/")
    assert (council.status_code, 'href="years"' in council.text) == (200, False)


def test_the_year_of_these_tests_is_the_round_of_the_others() -> None:
    """The body that opens a round by the workbook has the fields of the one that the other tests send."""
    by_book = body_of(replace(ca_mau_year(), deadlines=Deadlines()), "H16")
    sent = round_body()
    assert {name: by_book[name] for name in sent if name not in {"blocks", "appraisers"}} == {
        name: value for name, value in sent.items() if name not in {"blocks", "appraisers"}
    }
