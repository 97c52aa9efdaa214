import asyncio

import msgspec
import pytest
from tests.survey.conftest import Bench

from parindex.contracts.assessment import Block, CriteriaSetEnacted, RoundOpened, RoundUnit
from parindex.contracts.criteria import CriteriaSet, Criterion, EnteredPoints, Level, SurveyPoints
from survey.admitting.events import SurveyOpened
from survey.admitting.questions import Asked, asked_in
from survey.admitting.refusals import QuestionsUnknownError

FROM, UNTIL = "2026-05-31T17:00:00.000000Z", "2026-08-31T17:00:00.000000Z"


def enacted(*rules: SurveyPoints | EnteredPoints, code: str = "bo") -> CriteriaSetEnacted:
    criteria = [
        Criterion(code=str(at), name="x", level=Level.CRITERION, maximum="10", rule=rule)
        for at, rule in enumerate(rules)
    ]
    made = CriteriaSet(code=code, title="Bộ chỉ số", reference="1/QĐ", criteria=criteria)
    return CriteriaSetEnacted(authority="H09", criteria_set=made, digest="5e" * 32)


def opened(*sets: str) -> RoundOpened:
    blocks = [
        Block(code=code, name=code, criteria_set=code, units=[RoundUnit(code=f"H09.{code}", name="Sở")])
        for code in sets
    ]
    return RoundOpened(authority="H09", round="r-1", year=2026, title="Đợt", blocks=blocks)


def test_a_set_asks_what_its_survey_rules_name_each_once() -> None:
    contract = enacted(
        SurveyPoints(question="q"), EnteredPoints(), SurveyPoints(question="q", group="g"), SurveyPoints(question="q")
    )
    assert asked_in(contract.criteria_set) == (Asked(question="q"), Asked(question="q", group="g"))


async def test_a_round_opens_with_each_blocks_questions(survey: Bench) -> None:
    await survey.receive(enacted(SurveyPoints(question="q"), code="a"), enacted(EnteredPoints(), code="b"))
    await survey.receive(opened("a", "b"))
    [fact] = await survey.facts("SurveyOpened")
    assert isinstance(fact, SurveyOpened)
    assert [(block.units, block.questions) for block in fact.blocks] == [
        (("H09.a",), (Asked(question="q"),)),
        (("H09.b",), ()),
    ]


async def test_a_contract_that_every_partition_brings_is_applied_once(survey: Bench) -> None:
    contracts = enacted(SurveyPoints(question="q"), code="a"), opened("a")
    await asyncio.gather(*(survey.receive(*contracts, partition=partition) for partition in range(8)))
    assert len(await survey.facts("SetQuestionsLearned")) == len(await survey.facts("SurveyOpened")) == 1
    assert len(await survey.facts("PressesAdmitted")) == 1
    assert await survey.log.head() == 3


async def test_an_opening_that_comes_again_later_opens_nothing_anew(survey: Bench) -> None:
    contracts = enacted(SurveyPoints(question="q"), code="a"), opened("a")
    await survey.receive(*contracts)
    await survey.office.post("/v1/rounds/r-1/tally-closing")
    await survey.counted()
    await survey.receive(*contracts)
    assert (await survey.office.get("/v1/rounds/r-1/tallying")).json()["stage"] == "closed"
    assert len(await survey.facts("SurveyOpened")) == 1


async def test_a_round_whose_set_was_not_received_is_not_opened(survey: Bench) -> None:
    with pytest.raises(QuestionsUnknownError, match="nobody"):
        await survey.receive(opened("nobody"))
    assert await survey.log.head() == 0


async def test_the_log_says_which_contract_led_to_the_opening(survey: Bench) -> None:
    await survey.receive(enacted(code="a"), opened("a"))
    _, *found = await survey.log.read_after(0)
    assert [(each.entry.causation, each.entry.actor) for each in found] == [("assessment/2", "survey.tallying")] * 2


async def test_a_round_has_the_window_that_it_states_or_its_year_and_the_next(survey: Bench) -> None:
    stated = msgspec.structs.replace(opened("a"), round="r-2", pressed_from=FROM, pressed_until=UNTIL)
    await survey.receive(enacted(SurveyPoints(question="q"), code="a"), opened("a"), stated)
    windows = [(each.round, each.pressed_from, each.pressed_until) for each in await survey.facts("PressesAdmitted")]
    assert windows == [
        ("r-1", "2025-12-31T17:00:00.000000Z", "2027-12-31T17:00:00.000000Z"),
        ("r-2", FROM, UNTIL),
    ]
