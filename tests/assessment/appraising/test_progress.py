from tests.assessment.conftest import Assessment


async def test_an_open_round_shows_its_units_and_how_far_they_are(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    await assessment.catch_up()
    shown = await assessment.office("GET", "/v1/rounds/r-2026")
    assert shown.headers["etag"] == '"1"'
    assert shown.json()["appraisers"] == [{"criterion": "1.2", "appraiser": "H16.02", "block": ""}]
    first, second = shown.json()["blocks"][0]["units"]
    assert first == {
        "code": "H16.01",
        "name": "Sở Nội vụ",
        "claims": 7,
        "submitted_at": "2026-07-01T12:00:00.000000Z",
        "findings": 0,
        "completed": False,
        "not_applicable": [],
    }
    assert (second["claims"], second["submitted_at"]) == (0, "")


async def test_a_unit_sees_its_own_progress_alone(assessment: Assessment) -> None:
    await assessment.open_round()
    shown = (await assessment.unit("GET", "/v1/rounds/r-2026")).json()
    assert [unit["code"] for unit in shown["blocks"][0]["units"]] == ["H16.01"]
    appraiser = (await assessment.field_appraiser("GET", "/v1/rounds/r-2026")).json()
    assert [unit["code"] for unit in appraiser["blocks"][0]["units"]] == ["H16.01", "H16.02"]


async def test_another_province_sees_no_round(assessment: Assessment) -> None:
    await assessment.open_round()
    for right in ("office@H17", "unit@H17.01", "kiosk@H16.01"):
        assert (await assessment.caller("other", right)("GET", "/v1/rounds/r-2026")).status_code == 403


async def test_an_unknown_round_is_not_found(assessment: Assessment) -> None:
    answer = await assessment.office("GET", "/v1/rounds/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-round")
