"""The recount of scoring's log computes every line again from the inputs before it, where the log has them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from tests.scoring.conftest import Bench
from tests.scoring.deriving.test_every_line_at_every_position import LEAVES, UNITS, a_round

from parindex.contracts.assessment import Claim, Figure, Finding
from parindex.contracts.criteria import NotApplicable
from parindex.eventstore.discrepancy import Discrepancy
from parindex.eventstore.registry import Recorded
from scoring.computing.events import ClaimsReceived, FindingsReceived, IndexComputed, TallyReceived
from scoring.computing.state import Change, ClaimsChange, FindingsChange, change_of, inputs_of
from scoring.recounting import IndexRecount

INPUTS = (ClaimsReceived, FindingsReceived, TallyReceived)


def recounted(log: Iterable[Recorded]) -> IndexRecount:
    recount = IndexRecount()
    for recorded in log:
        recount.see(recorded)
    return recount


def of_lines(log: Iterable[Recorded]) -> list[Discrepancy]:
    return [each for each in recounted(log).differences() if each.check == "C5"]


def changed(log: Sequence[Recorded], at: int, fact: Any) -> list[Recorded]:
    return [msgspec.structs.replace(each, fact=fact) if each.position == at else each for each in log]


async def log_of(bench: Bench, not_applicable: NotApplicable = NotApplicable.RESCALE) -> Sequence[Recorded]:
    await a_round(bench, not_applicable)
    return await bench.context.log.read_after(0)


@pytest.mark.parametrize("not_applicable", list(NotApplicable))
async def test_every_line_of_a_log_as_scoring_writes_it_follows_from_its_inputs(
    bench: Bench, not_applicable: NotApplicable
) -> None:
    recount = recounted(await log_of(bench, not_applicable))
    assert list(recount.differences()) == []
    assert (recount.unchecked().values, recount.unchecked().of > 200) == (0, True)


@pytest.mark.parametrize("member", ["points", "claimed", "maximum", "fault", "value", "causes"])
async def test_a_line_with_another_content_is_named_with_its_unit_its_criterion_and_its_position(
    bench: Bench, member: str
) -> None:
    log, named, seen = await log_of(bench), set[str](), set[str]()
    other: Any = ["assessment/99"] if member == "causes" else "1/7"
    for recorded in log:
        if not isinstance(recorded.fact, IndexComputed):
            continue
        first = recorded.fact.unit not in seen
        seen.add(recorded.fact.unit)
        if first and member == "causes":
            continue  # it may come from inputs that waited when an earlier version was updated
        for at, line in enumerate(recorded.fact.lines):
            lines = list(recorded.fact.lines)
            lines[at] = msgspec.structs.replace(line, **{member: other})
            [found] = of_lines(changed(log, recorded.position, replace(recorded.fact, lines=tuple(lines))))
            assert found.at == f"scoring/{recorded.position}"
            assert found.en.startswith(f"{recorded.fact.unit}, criterion {line.criterion}: ")
            named.add(line.criterion)
    assert named >= set(LEAVES)


async def test_an_input_with_other_figures_does_not_give_the_lines_after_it(bench: Bench) -> None:
    log, tried = await log_of(bench), set[type]()
    for recorded in log:
        match recorded.fact:
            case ClaimsReceived(claims=claims) as fact:
                other: Any = replace(fact, claims=tuple(other_figures(each) for each in claims))
            case FindingsReceived(findings=findings) as fact:
                other = replace(fact, findings=tuple(other_figures(each) for each in findings))
            case TallyReceived(counts=counts, score=score) as fact:
                more = tuple(msgspec.structs.replace(each, count=each.count + n) for n, each in enumerate(counts, 1))
                other = replace(fact, counts=more, score="1" if score else "")
            case _:
                continue
        tried.add(type(recorded.fact))
        found = of_lines(changed(log, recorded.position, other))
        assert found or is_replaced_before_it_counts(log, recorded)
        assert all(int(each.at.partition("/")[2] or recorded.position + 1) > recorded.position for each in found)
        assert all(recorded.fact.unit in each.vi for each in found if each.at)
    assert tried == set(INPUTS)


def other_figures(part: Any) -> Any:
    figures = [Figure(name=each.name, value="0" if each.value != "0" else "1") for each in part.figures]
    return msgspec.structs.replace(part, figures=figures)


def is_replaced_before_it_counts(log: Sequence[Recorded], recorded: Recorded) -> bool:
    """Return whether the newest tally with one option alone is changed: its shares stay."""
    return isinstance(recorded.fact, TallyReceived) and len(recorded.fact.counts) == 1


async def test_lines_from_before_the_log_had_inputs_are_counted_as_not_checked_and_called_neither_right_nor_wrong(
    bench: Bench,
) -> None:
    log = await log_of(bench)
    old = [each for each in log if not isinstance(each.fact, INPUTS)]
    recount = recounted(old)
    assert list(recount.differences()) == []
    assert 0 < recount.unchecked().values < recount.unchecked().of
    for since in range(1, len(log) + 2):  # an installation that was updated at this position
        updated = [each for each in log if each.position >= since or not isinstance(each.fact, INPUTS)]
        recount = recounted(updated)
        if waits_at(log, since):
            continue
        assert [(since, each) for each in recount.differences()] == []
        assert 0 <= recount.unchecked().values <= recount.unchecked().of


def waits_at(log: Sequence[Recorded], since: int) -> bool:
    """Return whether an update here would part an input from its index, which are of one append."""
    return any(
        each.position == since and isinstance(each.fact, IndexComputed) and isinstance(before.fact, INPUTS)
        for before, each in pairwise(log)
    )


async def test_where_the_newest_findings_are_in_the_log_no_line_may_come_from_older_ones(bench: Bench) -> None:
    log = await log_of(bench)
    last = max(each.position for each in log if isinstance(each.fact, FindingsReceived))
    unit = next(each.fact.unit for each in log if each.position == last)
    indices = [each for each in log if isinstance(each.fact, IndexComputed) and each.fact.unit == unit]
    before = [each for each in indices if each.position < last][-1].fact
    after = next(each for each in indices if each.position > last)
    stale = replace(after.fact, lines=(before.lines[0], *after.fact.lines[1:]))
    updated = [each for each in log if each.position >= last or not isinstance(each.fact, INPUTS)]
    assert of_lines(updated) == []
    [found] = of_lines(changed(updated, after.position, stale))
    assert (found.at, stale.lines[0].criterion in found.en) == (f"scoring/{after.position}", True)


async def test_lines_of_a_round_or_a_set_that_the_auditor_is_not_shown_are_not_checked(bench: Bench) -> None:
    log = await log_of(bench)
    for hidden in ("RoundPrepared", "SetPrepared"):
        recount = recounted(each for each in log if each.entry.type != hidden)
        assert [each for each in recount.differences() if each.check == "C5"] == []
        assert recount.unchecked().values == recount.unchecked().of > 0


@pytest.mark.parametrize("parts", [0, 1, 3_000])
def test_an_input_in_pieces_is_the_same_change_again(parts: int) -> None:
    figures = [Figure(name="points", value="1")]
    codes = [str(n) for n in range(parts)]
    changes: list[Change] = [
        ClaimsChange((1, 7), tuple(Claim(criterion=code, figures=figures) for code in codes)),
        FindingsChange((2, 9), tuple(Finding(criterion=code, figures=figures, points="1") for code in codes)),
    ]
    for change in changes:
        inputs = inputs_of("r", UNITS[0], change)
        assert change_of(inputs) == change
        assert len(inputs) > 1 or parts < 2
