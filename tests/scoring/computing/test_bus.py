"""Contracts become indices on a real log: in any order, however often, and settled in the end."""

import random

import pytest
from msgspec import structs
from tests.scoring.conftest import Bench
from tests.scoring.contracts_of_a_round import (
    UNITS,
    appraised,
    assessment_contracts,
    enacted,
    opened,
    submitted,
    survey_contracts,
    tallied,
)

from parindex.bus.contract_feed import contract_feed
from parindex.bus.message import Received
from parindex.contracts.assessment import AppraisalCompleted, Figure, Finding
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import SourcePosition
from parindex.eventstore.entries import LARGEST, encode_entry
from parindex.eventstore.registry import partition_of
from scoring.computing.events import IndexComputed, RoundPrepared, SetPrepared
from scoring.settling.events import RoundSettled

Subscriptions = dict[tuple[str, int], list[Received]]


async def newest(bench: Bench) -> dict[str, IndexComputed]:
    return {fact.unit: fact for fact in await bench.facts(IndexComputed)}


async def arrive(bench: Bench, subscriptions: Subscriptions, chance: random.Random) -> None:
    """Deliver each subscription in its order, all of them mixed, cut anywhere, some messages twice, some long after."""
    left = {subscription: list(received) for subscription, received in subscriptions.items() if received}
    done = []
    while left:
        subscription = chance.choice(sorted(left))
        size = chance.randint(1, len(left[subscription]))
        message, left[subscription] = left[subscription][:size], left[subscription][size:]
        left = {key: rest for key, rest in left.items() if rest}
        done.append((subscription, message))
        await bench.deliver(subscription, message)
        if chance.random() < 0.3:
            await bench.deliver(*chance.choice(done))


async def test_a_round_opens_with_every_unit_at_nothing(bench: Bench, criteria_set: CriteriaSet) -> None:
    await bench.receive("assessment", enacted(criteria_set), opened())
    scores = await bench.facts(IndexComputed)
    assert sorted(score.unit for score in scores) == UNITS
    assert {(score.points, score.maximum) for score in scores} == {("0", "26")}
    assert len(await bench.facts(RoundPrepared)) == len(await bench.facts(SetPrepared)) == 1


async def test_what_the_round_does_not_ask_of_a_unit_is_not_in_its_maximum(
    bench: Bench, criteria_set: CriteriaSet
) -> None:
    contract = opened()
    [block] = contract.blocks
    units = [structs.replace(unit, not_applicable=["2"] if unit.code == UNITS[0] else []) for unit in block.units]
    contract = structs.replace(contract, blocks=[structs.replace(block, units=units)])
    await bench.receive("assessment", enacted(criteria_set), contract, appraised(UNITS[0], 6), appraised(UNITS[1], 6))
    scores = await newest(bench)
    assert [(scores[unit].points, scores[unit].maximum) for unit in UNITS[:2]] == [("0", "6"), ("18/7", "26")]


async def test_a_partition_computes_its_own_units_and_no_others(bench: Bench, criteria_set: CriteriaSet) -> None:
    subscriptions = bench.subscriptions("assessment", enacted(criteria_set), opened())
    await bench.deliver(("assessment", 1), subscriptions["assessment", 1])
    own = [unit for unit in UNITS if partition_of(unit, 3) == 1]
    assert sorted(await newest(bench)) == own
    assert 0 < len(own) < len(UNITS)


async def test_an_index_names_the_entries_that_it_comes_from(bench: Bench, criteria_set: CriteriaSet) -> None:
    await bench.receive("assessment", enacted(criteria_set), opened(), submitted(UNITS[2], "1"), appraised(UNITS[2], 6))
    await bench.receive("survey", tallied(UNITS[2], 3))
    score = (await newest(bench))[UNITS[2]]
    lines = {line.criterion: line for line in score.lines}
    assert (lines["2.2"].points, lines["2.2"].causes) == ("18/7", ["assessment/4"])
    assert (lines["2.4"].points, lines["2.4"].causes) == ("2.4", ["survey/1"])
    assert (lines["1.1"].claimed, lines["1.1"].points, score.claimed_from) == ("1", "", "assessment/3")
    assert (score.appraisal, score.survey) == ("18/7", "7.65")


async def test_one_message_moves_each_touched_unit_once(bench: Bench, criteria_set: CriteriaSet) -> None:
    await bench.receive("assessment", enacted(criteria_set), opened())
    before = len(await bench.facts(IndexComputed))
    await bench.receive("survey", *[tallied(unit, fives) for fives in range(1, 10) for unit in UNITS[:4]])
    moved = (await bench.facts(IndexComputed))[before:]
    assert sorted(score.unit for score in moved) == UNITS[:4]


async def test_the_same_message_again_moves_nothing(bench: Bench, criteria_set: CriteriaSet) -> None:
    subscriptions = bench.subscriptions("assessment", *assessment_contracts(criteria_set)) | bench.subscriptions(
        "survey", *survey_contracts()
    )
    for subscription, received in subscriptions.items():
        await bench.deliver(subscription, received)
    head = await bench.context.log.head()
    for subscription, received in subscriptions.items():
        await bench.deliver(subscription, received)
    assert await bench.context.log.head() == head


@pytest.mark.parametrize("seed", range(8))
async def test_every_arrival_ends_in_the_same_scores_and_one_settling(
    bench: Bench, criteria_set: CriteriaSet, seed: int
) -> None:
    subscriptions = bench.subscriptions("assessment", *assessment_contracts(criteria_set)) | bench.subscriptions(
        "survey", *survey_contracts()
    )
    await arrive(bench, subscriptions, random.Random(seed))
    (settled,) = await bench.facts(RoundSettled)
    assert settled.digest == "14fc66a34e3a5ca6ca27d5c4d6f2405cadd7cc384304295acf2d3a3fe7a8c843"
    assert settled.vector == (
        SourcePosition(source="assessment", epoch=1, position=20, closing=1, entry_sha256=f"{20:064x}"),
        SourcePosition(source="survey", epoch=1, position=22, closing=1, entry_sha256=f"{22:064x}"),
    )
    assert {unit: score.points for unit, score in (await newest(bench)).items()} == {
        "H09.01": "7.65",  # 3/7 of the plan lies below the floor
        "H09.02": "1311/140",
        "H09.03": "1371/140",
        "H09.04": "1431/140",
        "H09.05": "10.65",
        "H09.06": "10.65",
        "H09.07": "10.65",
    }
    assert (await newest(bench))[UNITS[0]].claimed_from == "assessment/11"


async def test_a_contract_that_comes_before_its_set_and_its_round_is_not_lost(
    bench: Bench, criteria_set: CriteriaSet
) -> None:
    await bench.receive("survey", *survey_contracts())
    await bench.receive("assessment", *[appraised(unit, 6) for unit in UNITS])
    await bench.receive("assessment", opened())
    assert await bench.facts(IndexComputed) == []
    await bench.receive("assessment", enacted(criteria_set))
    assert {score.points for score in (await newest(bench)).values()} == {"1431/140"}


async def test_a_unit_that_is_not_in_the_round_has_no_index(bench: Bench, criteria_set: CriteriaSet) -> None:
    await bench.receive("assessment", enacted(criteria_set), opened(), appraised("H09.99", 6))
    assert "H09.99" not in await newest(bench)


async def test_every_moved_index_is_published_in_the_partition_of_its_unit(
    bench: Bench, criteria_set: CriteriaSet
) -> None:
    await bench.receive("assessment", *assessment_contracts(criteria_set))
    await bench.receive("survey", *survey_contracts())
    published = [(await contract_feed(bench.context.log, k, 0)).events for k in range(3)]
    assert [events[-1].type for events in published] == ["scoring.round-settled.v1"] * 3
    assert sum(event.type == "scoring.index-computed.v1" for events in published for event in events) == len(
        await bench.facts(IndexComputed)
    )


async def test_the_largest_set_fits_into_its_entries(bench: Bench, largest_set: CriteriaSet) -> None:
    figures = [Figure(name="done", value="1234567"), Figure(name="planned", value="7654321")]
    findings = [Finding(criterion=row.code, figures=figures) for row in largest_set.criteria]
    await bench.receive("assessment", enacted(largest_set), opened("large", UNITS[:1]))
    await bench.receive("assessment", AppraisalCompleted(round="r", unit=UNITS[0], findings=findings))
    sizes = {one.entry.type: len(encode_entry(one.entry)) for one in await bench.context.log.read_after(0)}
    assert max(sizes["SetPrepared"], sizes["IndexComputed"]) < LARGEST
