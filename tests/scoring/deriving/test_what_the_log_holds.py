"""Derivations of logs of an older version, which recorded no inputs, of inputs in pieces, and of many changes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.scoring.conftest import Bench, envelope
from tests.scoring.contracts_of_a_round import enacted, opened, submitted, tallied
from tests.scoring.criteria_sets import made_set

from parindex.contracts.assessment import AppraisalCompleted, Claim, Figure, Finding, SelfScoreSubmitted
from parindex.contracts.survey import OptionCount, TallyUpdated
from parindex.eventstore.appending import Append, Decided, Metadata
from parindex.eventstore.moments import Until
from scoring.computing.events import ClaimsReceived, FindingsReceived, IndexComputed, TallyReceived
from scoring.computing.queries import known_set
from scoring.computing.state import index_stream
from scoring.deriving.queries import Derivation, derivation_of, line_history
from scoring.deriving.state import MOST_CHANGES, Mover
from scoring.deriving.wording import NO_FIGURES, NOT_FOUND

NEW, OLD = "H09.01", "H09.02"
MANY = 205


@pytest.fixture
async def round_of_two(bench: Bench) -> Bench:
    await bench.receive("assessment", enacted(made_set()), opened(units=[NEW, OLD]))
    await bench.projector.catch_up()
    return bench


async def logged_as_before(
    bench: Bench, holds: Callable[[Any], bool], differs: Callable[[Any], dict[str, Any]] = lambda _: {}
) -> None:
    """Append the facts of one unit to the stream of the other: those that the older version recorded."""
    metadata = Metadata("x", envelope("survey", 1, tallied(NEW, 1)).time, "H09", "c")
    for recorded in await bench.context.log.read_stream(index_stream("r", NEW)):
        if holds(recorded.fact):
            decided = Decided([replace(recorded.fact, unit=OLD, **differs(recorded.fact))])
            await bench.context.log.append(Append(index_stream("r", OLD), metadata, lambda _, one=decided: one))


async def derived(bench: Bench, unit: str, criterion: str) -> tuple[Derivation, dict[str, str]]:
    found = await derivation_of(bench.context, "r", unit, criterion, Until())
    return found, {each.term: each.text for each in found.said}


def counted(question: str, group: str = "", /, **counts: int) -> TallyUpdated:
    options = [OptionCount(option=option[1:], count=count) for option, count in counts.items()]
    return TallyUpdated(round="r", unit=NEW, question=question, group=group, counts=options, covers=9)


async def test_a_log_without_inputs_says_so_and_names_the_sources(round_of_two: Bench) -> None:
    bench = round_of_two
    found = [Finding(criterion="1.1", figures=[Figure(name="points", value="1.5")], corrected=True)]
    await bench.receive("assessment", submitted(NEW, "2"), AppraisalCompleted(round="r", unit=NEW, findings=found))
    await bench.receive("survey", counted("q1", o1=1, o5=2))
    await logged_as_before(bench, lambda fact: isinstance(fact, IndexComputed))
    for criterion, points, source in (("1.1", "1.5", "assessment/4"), ("2.3", "14/3", "survey/1")):
        answer, said = await derived(bench, OLD, criterion)
        assert (answer.points, answer.arithmetic) == (points, "")
        assert said["Diễn giải"] == f"{NO_FIGURES} ({source})"
    answer, said = await derived(bench, OLD, "1.1")
    assert answer.claimed == "2"
    assert said["Theo số liệu đơn vị tự chấm"] == f"{NO_FIGURES} (assessment/3)"
    _, said = await derived(bench, OLD, "1.2")
    assert said["Diễn giải"] == NOT_FOUND
    _, said = await derived(bench, NEW, "1.2")
    assert said["Theo số liệu đơn vị tự chấm"] == "Chưa nộp bản tự chấm nào có tiêu chí này"


@pytest.mark.parametrize(
    ("earlier", "later", "points"), [({"o1": 1, "o5": 2}, {"o1": 4}, "2"), ({"o5": 2}, {"o5": 4}, "7")]
)
async def test_one_tally_from_before_and_one_from_after_are_not_worked_out_from_the_one(
    round_of_two: Bench, earlier: dict[str, int], later: dict[str, int], points: str
) -> None:
    bench = round_of_two
    await bench.receive("survey", counted("q1", **earlier))
    await bench.receive("survey", counted("q1", "firm", **later))
    await logged_as_before(bench, lambda fact: not (isinstance(fact, TallyReceived) and fact.position == 1))
    answer, said = await derived(bench, OLD, "2.3")
    assert (answer.points, answer.arithmetic) == (points, "")
    assert said["Diễn giải"] == f"{NO_FIGURES} (survey/1, survey/2)"
    assert (await derived(bench, OLD, "2.4"))[0].arithmetic != ""


async def test_a_tally_that_alone_gives_no_points_is_answered_too(round_of_two: Bench) -> None:
    """An outside survey from before gives the points; the answers of the kiosk have an option that the set lacks."""
    bench = round_of_two
    outside = TallyUpdated(round="r", unit=NEW, question="q1", origin="outside", score="4", out_of="5")
    await bench.receive("survey", outside)
    await bench.receive("survey", counted("q1", o9=1))
    await logged_as_before(bench, lambda fact: not (isinstance(fact, TallyReceived) and fact.position == 1))
    answer, said = await derived(bench, OLD, "2.3")
    assert (answer.points, answer.arithmetic) == ("5.6", "")
    assert said["Diễn giải"].startswith(NO_FIGURES)


@pytest.mark.parametrize("value", ["0.5", "x"])
async def test_figures_that_do_not_give_the_points_of_a_line_are_not_shown_as_its_arithmetic(
    round_of_two: Bench, value: str
) -> None:
    bench = round_of_two
    found = [Finding(criterion="1.1", figures=[Figure(name="points", value="1.5")])]
    await bench.receive("assessment", AppraisalCompleted(round="r", unit=NEW, findings=found))
    other = Finding(criterion="1.1", figures=[Figure(name="points", value=value)])
    await logged_as_before(
        bench, lambda _: True, lambda fact: {"findings": (other,)} if isinstance(fact, FindingsReceived) else {}
    )
    answer, said = await derived(bench, OLD, "1.1")
    assert (answer.points, said["Diễn giải"]) == ("1.5", f"{NO_FIGURES} (assessment/3)")


async def test_claims_in_several_pieces_are_one(round_of_two: Bench) -> None:
    bench = round_of_two
    more = [Claim(criterion=f"9.{n}", figures=[Figure(name="points", value="9" * 60)]) for n in range(2_000)]
    mine = Claim(criterion="1.1", figures=[Figure(name="points", value="2")])
    for unit, claims in ((NEW, [mine, *more]), (OLD, [*more, mine])):
        await bench.receive("assessment", SelfScoreSubmitted(round="r", unit=unit, claims=claims))
        answer, said = await derived(bench, unit, "1.1")
        assert answer.claim is not None
        assert answer.claim.figures == {"points": "2"}
        assert said["Theo số liệu đơn vị tự chấm"] == "Điểm được nhập: 2 điểm"
    assert {fact.pieces > 2 for fact in await bench.facts(ClaimsReceived)} == {True}


async def test_of_many_changes_the_newest_are_kept_and_the_others_counted(round_of_two: Bench) -> None:
    bench = round_of_two
    for fives in range(1, MANY + 1):
        await bench.receive("survey", counted("q1", o1=1, o5=fives))
    answers = await asyncio.gather(*(derived(bench, NEW, "2.3") for _ in range(3)))
    for answer, _ in answers:
        assert (len(answer.changes), answer.earlier_changes) == (MOST_CHANGES, MANY + 1 - MOST_CHANGES)
        assert answer.changes[-1].after == answer.points
        assert [each.before for each in answer.changes[1:]] == [each.after for each in answer.changes[:-1]]
    row = next(each for each in (await known_set(bench.context.engine, "set-1")).criteria if each.code == "2.3")
    stream, at = index_stream("r", NEW), answers[0][0].changes[100].entry.position
    history = await line_history(bench.context.log, stream, row, Until(position=at))
    assert (history.computed_at and history.computed_at.position, history.moved) == (at, MANY + 1 - MOST_CHANGES + 101)
    assert len(history.changes) == history.moved == 107
    assert len((await line_history(bench.context.log, stream, row, Until())).changes) == MOST_CHANGES


async def test_an_appraisal_that_takes_not_applicable_back_is_named(round_of_two: Bench) -> None:
    bench = round_of_two
    await bench.receive("survey", counted("q1", o1=1, o5=2))
    for findings in ([Finding(criterion="2.3", applicable=False)], []):
        await bench.receive("assessment", AppraisalCompleted(round="r", unit=NEW, findings=findings))
    answer, _ = await derived(bench, NEW, "2.3")
    assert [list(each.movers) for each in answer.changes] == [
        [Mover.OPENING], [Mover.SURVEY], [Mover.APPRAISAL], [Mover.APPRAISAL],
    ]  # fmt: skip
