"""A finding moves the points of the other units of its block, on a real log: at once, in one append, and no others."""

import random

import msgspec
import pytest
from tests.scoring.computing.test_bus import arrive, newest
from tests.scoring.conftest import PARTITIONS, Bench
from tests.scoring.contracts_of_a_round import CLOSED, UNITS, enacted, opened

from parindex.contracts.assessment import (
    AppraisalCompleted,
    Claim,
    Figure,
    Finding,
    RoundOpened,
    RoundUnit,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
)
from parindex.contracts.base import Contract
from parindex.contracts.criteria import CriteriaSet, Criterion, Level, NormalisedToBest, NotApplicable, YesNo
from parindex.contracts.scoring import ScoreLine
from parindex.eventstore.registry import partition_of
from scoring.computing.events import IndexComputed
from scoring.computing.state import NEVER, index_stream, read_unit
from scoring.recounting import IndexRecount
from scoring.settling.events import RoundSettled

SET = CriteriaSet(
    code="set-1",
    title="Bộ chỉ số",
    reference="QĐ 1",
    criteria=[
        Criterion(code="1", name="Hồ sơ trực tuyến", level=Level.CRITERION, maximum="3", rule=NormalisedToBest()),
        Criterion(code="2", name="Kế hoạch", level=Level.CRITERION, maximum="1", rule=YesNo()),
    ],
    not_applicable=NotApplicable.RESCALE,
)
Line = tuple[str, str, str, str, list[str]]


def found(unit: str, value: str = "", *, points: str = "") -> AppraisalCompleted:
    """An appraisal that finds a value for the compared criterion, or points, or that it is not applicable."""
    figures = [Figure(name="value", value=value)] if value else []
    finding = Finding(criterion="1", figures=figures, points=points, applicable=bool(value or points))
    return AppraisalCompleted(round="r", unit=unit, findings=[finding])


async def lines(bench: Bench) -> dict[str, Line]:
    return {unit: said(score.lines[0]) for unit, score in (await newest(bench)).items() if score.lines[0].points}


def said(line: ScoreLine) -> Line:
    return line.points, line.value, line.best, line.best_unit, line.causes


async def moved_by(bench: Bench, *contracts: Contract) -> list[str]:
    before = len(await bench.facts(IndexComputed))
    await bench.receive("assessment", *contracts)
    return [fact.unit for fact in (await bench.facts(IndexComputed))[before:]]


async def test_the_best_unit_earns_the_maximum_and_the_others_in_proportion(bench: Bench) -> None:
    await bench.receive("assessment", enacted(SET), opened())
    await bench.receive("assessment", found("H09.01", "60"), found("H09.04", "90"))
    assert len({partition_of(unit, PARTITIONS) for unit in ("H09.01", "H09.04")}) == 2  # of two partitions
    assert await lines(bench) == {
        "H09.01": ("2", "60", "90", "H09.04", ["assessment/3", "assessment/4"]),
        "H09.04": ("3", "90", "90", "H09.04", ["assessment/4"]),
    }
    assert (await newest(bench))["H09.01"].index == "50"


async def test_a_new_greatest_value_moves_all_that_are_compared_and_no_others(bench: Bench) -> None:
    await bench.receive("assessment", enacted(SET), opened(), found("H09.01", "60"), found("H09.02", "90"))
    await bench.receive("assessment", found("H09.03"), found("H09.04", points="1"))
    assert sorted(await moved_by(bench, found("H09.05", "120"))) == ["H09.01", "H09.02", "H09.05"]
    assert await lines(bench) == {
        "H09.01": ("1.5", "60", "120", "H09.05", ["assessment/3", "assessment/7"]),
        "H09.02": ("2.25", "90", "120", "H09.05", ["assessment/4", "assessment/7"]),
        "H09.03": ("0", "", "", "", ["assessment/5"]),
        "H09.04": ("1", "", "", "", ["assessment/6"]),
        "H09.05": ("3", "120", "120", "H09.05", ["assessment/7"]),
    }


async def test_a_value_below_the_greatest_moves_its_own_unit_only(bench: Bench) -> None:
    await bench.receive("assessment", enacted(SET), opened(), found("H09.01", "60"), found("H09.02", "90"))
    assert await moved_by(bench, found("H09.03", "30")) == ["H09.03"]
    assert await moved_by(bench, found("H09.04", "90")) == ["H09.04"]  # the first by code stays the best
    assert (await lines(bench))["H09.04"] == ("3", "90", "90", "H09.02", ["assessment/6", "assessment/4"])


@pytest.mark.parametrize("later", [found("H09.02", "20"), found("H09.02"), found("H09.02", points="1")])
async def test_a_withdrawn_greatest_value_gives_the_others_their_points_back(
    bench: Bench, later: AppraisalCompleted
) -> None:
    await bench.receive("assessment", enacted(SET), opened(), found("H09.01", "60"), found("H09.03", "30"))
    before = await lines(bench)
    await bench.receive("assessment", found("H09.02", "90"))
    assert await lines(bench) != before
    await bench.receive("assessment", later)
    after = await lines(bench)
    assert {unit: after[unit] for unit in before} == before


async def test_the_same_findings_again_move_nothing(bench: Bench) -> None:
    await bench.receive("assessment", enacted(SET), opened())
    subscriptions = bench.subscriptions("assessment", found("H09.01", "60"), found("H09.02", "90"))
    for subscription, received in subscriptions.items():
        await bench.deliver(subscription, received)
    head = await bench.context.log.head()
    for subscription, received in subscriptions.items():
        await bench.deliver(subscription, received)
    assert await bench.context.log.head() == head


async def test_units_of_another_block_are_not_compared(bench: Bench) -> None:
    await bench.receive("assessment", enacted(SET), two_blocks(), found("H09.01", "60"), found("H09.02", "90"))
    assert {unit: line[0] for unit, line in (await lines(bench)).items()} == {"H09.01": "3", "H09.02": "3"}


def two_blocks() -> RoundOpened:
    whole = opened()
    block = whole.blocks[0]
    blocks = [
        msgspec.structs.replace(block, code=f"b{at}", units=[RoundUnit(code=unit, name=unit)])
        for at, unit in enumerate(("H09.01", "H09.02"))
    ]
    return msgspec.structs.replace(whole, blocks=blocks)


@pytest.mark.parametrize("seed", range(6))
async def test_every_arrival_ends_in_the_same_scores_and_one_settling(bench: Bench, seed: int) -> None:
    values = ["60", "90", "", "15", "90", "0", "7.5"]
    contracts: list[Contract] = [enacted(SET), opened(), *map(found, UNITS, values)]
    contracts += [found("H09.02", "45"), found("H09.03", "300"), CLOSED]
    await arrive(bench, bench.subscriptions("assessment", *contracts), random.Random(seed))
    assert {unit: line[0] for unit, line in (await lines(bench)).items()} == {
        "H09.01": "0.6", "H09.02": "0.45", "H09.03": "3", "H09.04": "0.15", "H09.05": "0.9", "H09.06": "0",
        "H09.07": "0.075",
    }  # fmt: skip
    (settled,) = await bench.facts(RoundSettled)
    assert settled.digest == "686a749fa6d7f382983f3f032a3e49cd772b09742a5d946c167e401aea047581"
    recount = IndexRecount()
    for recorded in await bench.context.log.read_after(0, 100_000):
        recount.see(recorded)
    assert recount.differences() == []


def of_one_partition() -> tuple[str, str]:
    """Return two units whose contracts come in one message."""
    for unit in UNITS:
        partition = partition_of(unit, PARTITIONS)
        others = [other for other in UNITS if other != unit and partition_of(other, PARTITIONS) == partition]
        if others:
            return unit, others[0]
    raise AssertionError("the units are all in different partitions")


async def test_a_finding_and_a_claim_of_another_unit_in_one_message_both_count(bench: Bench) -> None:
    one, other = of_one_partition()
    claim = Claim(criterion="2", figures=[Figure(name="answer", value="yes")])
    await bench.receive("assessment", enacted(SET), opened(), found(other, "60"))
    submitted = SelfScoreSubmitted(round="r", unit=other, claims=[claim])
    await bench.receive("assessment", found(one, "90"), submitted)
    assert {unit: line[0] for unit, line in (await lines(bench)).items()} == {one: "3", other: "2"}
    assert (await newest(bench))[other].lines[1].claimed == "1"


async def test_a_change_without_an_event_is_kept_when_the_same_message_moves_the_block(bench: Bench) -> None:
    one, other = of_one_partition()
    await bench.receive("assessment", enacted(SET), opened(), found(other, "60"))
    await bench.receive("assessment", found(one, "90"), SelfScoreWithdrawn(round="r", unit=other))
    stored = read_unit(await bench.context.log.stream_head(index_stream("r", other)))
    assert stored.claimed_at != NEVER  # so that an older claim, which comes late, is not taken for the newest


async def test_findings_before_the_round_and_its_set_are_compared_as_soon_as_these_are_known(bench: Bench) -> None:
    await bench.receive("assessment", found("H09.01", "60"), found("H09.02", "90"))
    await bench.receive("assessment", opened())
    assert await bench.facts(IndexComputed) == []
    await bench.receive("assessment", enacted(SET))
    assert {unit: line[:2] for unit, line in (await lines(bench)).items()} == {
        "H09.01": ("2", "60"), "H09.02": ("3", "90"),
    }  # fmt: skip
