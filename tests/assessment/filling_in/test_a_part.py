"""The workbook of those who claim has the lines that they may fill in, and takes no others."""

from tests.assessment.conftest import Assessment, Caller
from tests.assessment.filling_in.altered import Altered
from tests.assessment.filling_in.test_api import WORKBOOK, applied, difference, downloaded, send

from assessment.filling_in.layout import CLAIMS

PART = [{"criterion": "1.1", "claimant": "H16.05"}]
OF_PART = ["1.1.1", "1.1.2", "1.1.3", "1.1.4"]


def field(assessment: Assessment) -> Caller:
    return assessment.caller("so-05", "unit@H16.05")


def codes(of: Altered) -> list[str]:
    known = {*OF_PART, "1.2.1", "1.2.2", "1.3", "2.1"}
    return [str(line[0]) for line in of.sheets[CLAIMS] if line and line[0] in known]


async def test_each_gets_its_own_lines_and_a_reader_gets_all(assessment: Assessment) -> None:
    await assessment.open_round(claimants=PART)
    assert codes(await downloaded(field(assessment))) == OF_PART
    assert codes(await downloaded(assessment.unit)) == ["1.2.1", "1.2.2", "1.3", "2.1"]
    assert codes(await downloaded(assessment.office)) == [*OF_PART, "1.2.1", "1.2.2", "1.3", "2.1"]


async def test_the_workbook_of_a_part_is_compared_and_applied(assessment: Assessment) -> None:
    await assessment.open_round(claimants=PART)
    workbook = await downloaded(field(assessment))
    workbook.put("1.1.4", done=9, planned=10)
    shown = await difference(field(assessment), workbook)
    assert [each["criterion"] for each in shown["changes"]] == ["1.1.4"]
    assert (await assessment.unit("GET", f"{WORKBOOK}/{shown['sha256']}")).json()["changes"] == []
    assert (await applied(field(assessment), shown)).json()["facts"] == ["ClaimEntered"]


async def test_lines_of_others_are_mistakes_and_nothing_is_applied(assessment: Assessment) -> None:
    await assessment.open_round(claimants=PART)
    whole = await downloaded(assessment.office)
    whole.put("1.1.4", done=9, planned=10)
    whole.put("1.3", points=2)
    for caller, wrong in ((field(assessment), {"1.2.1", "1.2.2", "1.3", "2.1"}), (assessment.unit, set(OF_PART))):
        shown = await difference(caller, whole)
        assert {each["criterion"] for each in shown["errors"]} == wrong
        assert (await applied(caller, shown)).status_code == 422


async def test_other_agencies_have_no_workbook(assessment: Assessment) -> None:
    await assessment.open_round(claimants=PART)
    content = (await downloaded(assessment.unit)).saved()
    for right in ("unit@H16.06", "leader@H16.05"):
        assert (await send(assessment.caller("khac", right), content)).status_code == 403
