"""Pages on which nothing can be changed now: each says why, since when and who can help, and shows an extension."""

from tests.assessment.conftest import Assessment
from tests.assessment.people import SHEET, Person, hidden_in, saves, texts_in

ITEM = f"{SHEET}/criteria/1.1.4/appraisal"
DATES = {
    "self_scoring_from": "2026-07-02T00:00:00Z",
    "self_scoring": "2026-07-10T10:00:00Z",
    "first_appraisal": "2026-07-20T10:00:00Z",
    "explanation": "2026-07-25T10:00:00Z",
    "appraisal": "2026-07-31T10:00:00Z",
}
ENDED = "Vì sao khóa Đã hết hạn tự chấm. Từ lúc 17:00 thứ Sáu, ngày 10/07/2026"
HELP = "Ai giúp được Văn phòng của cơ quan chủ trì (H16) gia hạn được cho riêng đơn vị, có lý do."
OF_UNIT = ("", "/report", "/criteria/1.1.4", "/criteria/1.1.4/files")


async def shown(person: Person, *paths: str) -> list[str]:
    return [texts_in(await person.opens(SHEET + path)) for path in paths]


async def test_the_pages_of_a_unit_open_and_lock_with_self_scoring(assessment: Assessment) -> None:
    await assessment.open_round(deadlines=DATES, two_appraisals=True)
    unit = Person(assessment, "can-bo", ("unit@H16.01", "leader@H16.01"))
    for text in await shown(unit, *OF_UNIT):
        assert "Vì sao khóa Chưa đến lúc tự chấm điểm: mở lúc 07:00 thứ Năm, ngày 02/07/2026." in text
    assessment.clock.pass_days(2)
    for text in await shown(unit, *OF_UNIT):
        assert "Vì sao khóa" not in text
    assert (await saves(unit, "1.1.4", done="9", planned="10", then="stay")).status_code == 303
    form = hidden_in(await unit.opens(f"{SHEET}/criteria/1.1.4"))
    assessment.clock.pass_days(9)
    for text in await shown(unit, *OF_UNIT):
        assert f"{ENDED} {HELP}" in text
        assert "Việc tiếp theo" not in text
    assert "<form" not in (await unit.opens(f"{SHEET}/criteria/1.1.4")).text.partition("<h1>")[2]
    late = await unit.sends(f"{SHEET}/criteria/1.1.4", {**form, "done": "8", "planned": "10", "then": "stay"})
    assert late.status_code == 409
    assert 'value="8"' in late.text  # the typed text stays
    assert "Đã hết hạn tự chấm điểm (17:00 ngày 10/07/2026)" in texts_in(late)


async def test_an_extension_is_shown_with_its_reason_to_the_unit_and_its_appraiser(assessment: Assessment) -> None:
    await assessment.open_round(deadlines=DATES, two_appraisals=True)
    assessment.clock.pass_days(11)
    longer = {"until": "2026-07-15T10:00:00Z", "reason": "Số liệu của Bộ về muộn."}
    extended = await assessment.office("POST", "/v1/rounds/r-2026/units/H16.01/self-score/extension", longer)
    assert extended.status_code == 201, extended.text
    said = "Gia hạn tự chấm đến 17:00 thứ Tư, ngày 15/07/2026; lý do: Số liệu của Bộ về muộn. – so-noi-vu, 19:00 ngày"
    unit = Person(assessment, "can-bo", ("unit@H16.01",))
    for text in await shown(unit, "", "/criteria/1.1.4", "/criteria/1.1.4/files"):
        assert said in text
        assert "Vì sao khóa" not in text
    await assessment.submit("H16.01")
    assert said in texts_in(await Person(assessment, "can-bo-snv", ("appraiser@H16",)).opens(ITEM))
    sheet = (await assessment.unit("GET", "/v1/rounds/r-2026/units/H16.01/self-score")).json()
    assert [(each["stage"], each["until"][:10], each["reason"]) for each in sheet["dates"]] == [
        ("self", "2026-07-15", "Số liệu của Bộ về muộn."),
        ("appraisal-1", "2026-07-20", ""),
        ("explanation", "2026-07-25", ""),
        ("appraisal-2", "2026-07-31", ""),
    ]


async def test_the_page_of_an_item_says_why_nothing_is_found_now(assessment: Assessment) -> None:
    await assessment.open_round(deadlines=DATES | {"self_scoring_from": "2026-06-01T00:00:00Z"}, two_appraisals=True)
    appraiser = Person(assessment, "can-bo-snv", ("appraiser@H16",))

    async def why() -> str:
        return texts_in(await appraiser.opens(ITEM)).partition("Vì sao khóa ")[2]

    assert (await why()).startswith("Đơn vị chưa nộp bản tự chấm.")
    await assessment.submit("H16.01")
    assert await why() == ""
    form = hidden_in(await appraiser.opens(ITEM))
    assessment.clock.pass_days(20)
    assert (await why()).startswith("Đã hết hạn thẩm định lần 1. Từ lúc 17:00 thứ Hai, ngày 20/07/2026 " + HELP)
    late = await appraiser.sends(ITEM, {**form, "finding": "upheld", "comment": "Đủ hồ sơ.", "then": "stay"})
    assert (late.status_code, "Đủ hồ sơ." in late.text) == (409, True)
    longer = {"until": "2026-07-24T10:00:00Z", "reason": "Thiếu người.", "stage": "appraisal-1"}
    assert (await assessment.office("POST", f"/v1{SHEET}/appraisal/extension", longer)).status_code == 201
    assert await why() == ""
    corrected = [
        {"criterion": "1.1.4", "figures": {"done": "6", "planned": "10"}, "comment": "Thiếu ba nhiệm vụ."},
        *({"criterion": code, "upheld": True} for code in ("1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.2.2", "1.3")),
    ]
    found = await assessment.office("POST", f"/v1{SHEET}/appraisal/findings", corrected)
    assert found.status_code == 201, found.text
    assert (await assessment.office("POST", f"/v1{SHEET}/appraisal/announcement")).status_code == 201
    assert (await why()).startswith("Đơn vị đang giải trình.")


async def test_the_pages_of_an_explanation_lock_with_it(assessment: Assessment) -> None:
    await assessment.open_round(deadlines=DATES | {"self_scoring_from": "2026-06-01T00:00:00Z"}, two_appraisals=True)
    unit, list_ = Person(assessment, "can-bo", ("unit@H16.01",)), "/explanation"
    assert "Chưa có kết quả thẩm định lần 1 để giải trình." in (await shown(unit, list_))[0]
    await assessment.submit("H16.01")
    corrected = [
        {"criterion": "1.1.4", "figures": {"done": "6", "planned": "10"}, "comment": "Thiếu ba nhiệm vụ."},
        *({"criterion": code, "upheld": True} for code in ("1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.2.2", "1.3")),
    ]
    assert (await assessment.office("POST", f"/v1{SHEET}/appraisal/findings", corrected)).status_code == 201
    assert (await assessment.office("POST", f"/v1{SHEET}/appraisal/announcement")).status_code == 201
    one = f"{SHEET}/criteria/1.1.4/explanation"
    form = hidden_in(await unit.opens(one))
    assert "Vì sao khóa" not in "".join(await shown(unit, list_, "/criteria/1.1.4/explanation"))
    assessment.clock.pass_days(25)
    for text in await shown(unit, list_, "/criteria/1.1.4/explanation"):
        assert f"Vì sao khóa Đã hết hạn giải trình. Từ lúc 17:00 thứ Bảy, ngày 25/07/2026 {HELP}" in text
    late = await unit.sends(one, {**form, "explanation": "Ba nhiệm vụ xong tháng 12.", "then": "stay"})
    assert (late.status_code, "Ba nhiệm vụ xong tháng 12." in late.text) == (409, True)
