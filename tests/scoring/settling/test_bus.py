"""A round settles on a real log: with the last of its closings, once, and anew after a reopening."""

import asyncio

from tests.scoring.conftest import Bench
from tests.scoring.contracts_of_a_round import (
    CLOSED,
    REOPENED,
    UNITS,
    appraised,
    assessment_contracts,
    enacted,
    opened,
    survey_contracts,
)

from parindex.contracts.assessment import RoundClosed
from parindex.contracts.criteria import CriteriaSet, Criterion, EnteredPoints, Level
from scoring.settling.events import ClosingSeen, RoundSettled


async def test_partitions_that_end_at_the_same_time_settle_once(bench: Bench, criteria_set: CriteriaSet) -> None:
    subscriptions = bench.subscriptions("assessment", *assessment_contracts(criteria_set)) | bench.subscriptions(
        "survey", *survey_contracts()
    )

    async def partition(number: int) -> None:
        for (_, k), received in subscriptions.items():
            if k == number:
                await bench.deliver((_, k), received)

    await asyncio.gather(*[partition(number) for number in range(3)])
    assert len(await bench.facts(RoundSettled)) == 1


async def test_a_round_is_not_settled_while_a_contract_is_parked(bench: Bench, criteria_set: CriteriaSet) -> None:
    bench.parked = 1
    await bench.receive("assessment", *assessment_contracts(criteria_set))
    await bench.receive("survey", *survey_contracts())
    assert len(await bench.facts(ClosingSeen)) == 6
    await bench.release()
    assert await bench.facts(RoundSettled) == []
    bench.parked = 0
    await bench.release()
    await bench.release()
    assert len(await bench.facts(RoundSettled)) == 1


async def test_a_reopened_round_settles_a_second_time(bench: Bench, criteria_set: CriteriaSet) -> None:
    await bench.receive("survey", *survey_contracts())
    await bench.receive("assessment", *assessment_contracts(criteria_set))
    await bench.receive("assessment", REOPENED, appraised(UNITS[3], 1))
    assert len(await bench.facts(RoundSettled)) == 1
    await bench.receive("assessment", RoundClosed(round="r", closing=2))
    first, second = await bench.facts(RoundSettled)
    assert (first.settling, second.settling) == (1, 2)
    assert first.digest != second.digest
    assert [at.closing for at in second.vector] == [2, 1]


async def test_a_set_without_survey_points_waits_for_no_tally(bench: Bench) -> None:
    row = Criterion(code="1", name="Điểm", level=Level.AREA, maximum="65", rule=EnteredPoints())
    await bench.receive(
        "assessment", enacted(CriteriaSet(code="set-1", title="", reference="", criteria=[row])), opened()
    )
    await bench.receive("assessment", CLOSED)
    (settled,) = await bench.facts(RoundSettled)
    assert [at.source for at in settled.vector] == ["assessment"]


async def test_a_fault_keeps_a_round_unsettled_until_it_is_corrected(bench: Bench, criteria_set: CriteriaSet) -> None:
    await bench.receive("survey", *survey_contracts())
    await bench.receive("assessment", enacted(criteria_set), opened(), appraised(UNITS[0], 3, "1.1"), CLOSED)
    assert await bench.facts(RoundSettled) == []
    corrected = [REOPENED, appraised(UNITS[0], 3), RoundClosed(round="r", closing=2)]
    await bench.receive("assessment", *corrected)
    assert len(await bench.facts(RoundSettled)) == 1
