"""The progress of a round over HTTP: each unit with its stage and its days, late ones first, and each agency."""

from tests.assessment.conftest import Assessment
from tests.assessment.people import Person, texts_in

PROGRESS = "/v1/rounds/r-2026/progress"
DEADLINES = {"self_scoring": "2026-07-10T17:00:00+07:00", "appraisal": "2026-07-20T17:00:00+07:00"}


async def test_the_progress_says_who_is_late_and_how_far_each_agency_is(assessment: Assessment) -> None:
    await assessment.open_round(deadlines=DEADLINES)
    await assessment.submit("H16.01")
    first = (await assessment.office("GET", PROGRESS)).json()
    assert [(one["unit"], one["stage"], one["days_left"], one["late"]) for one in first["units"]] == [
        ("H16.02", "self", 9, False),
        ("H16.01", "appraisal-1", 19, False),
    ]
    assert first["agencies"] == [{"agency": "H16", "done": 0, "total": 5}, {"agency": "H16.02", "done": 0, "total": 2}]
    assessment.clock.pass_days(11)
    late = (await assessment.office("GET", PROGRESS)).json()
    [unit] = [one for one in late["units"] if one["late"]]
    assert (late["late"], unit["unit"], unit["days_left"], unit["claimed"]) == (1, "H16.02", -2, 0)
    page = texts_in(await Person(assessment, "so-noi-vu", ("office@H16",)).opens("/rounds/r-2026"))
    assert "Quá hạn 1 / 2 đơn vị" in page
    assert "Đơn vị quá hạn ở bước của mình, lâu nhất trước" in page
    assert "17:00 thứ Sáu, ngày 10/07/2026. Quá hạn 2 ngày" in page
    assert "17:00 thứ Hai, ngày 20/07/2026. Còn 8 ngày" in page


async def test_whose_appraisal_is_complete_is_not_late_and_a_unit_reads_no_progress(assessment: Assessment) -> None:
    await assessment.open_round(deadlines=DEADLINES)
    await assessment.appraise("H16.01")
    assessment.clock.pass_days(30)
    [late] = [one for one in (await assessment.office("GET", PROGRESS)).json()["units"] if one["late"]]
    assert late["unit"] == "H16.02"
    assert (await assessment.unit("GET", PROGRESS)).status_code == 403
