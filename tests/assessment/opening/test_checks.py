from collections.abc import Iterator

import pytest

from assessment.enacting.mistakes import Mistakes
from assessment.opening.checks import mistakes_in_round
from assessment.opening.commands import OpenRound
from assessment.opening.deadlines import Deadlines
from assessment.opening.responsibility import CriterionAppraiser
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet, Criterion, EnteredPoints, Level
from parindex.refusal import MOST_PLACES


class Walked(list[Criterion]):
    """Rows that count how often they are iterated."""

    times = 0

    def __iter__(self) -> Iterator[Criterion]:
        type(self).times += 1
        return super().__iter__()


def command(*, blocks: int, appraisers: int) -> OpenRound:
    rows = [
        Criterion(code=f"1.{row}", name="x", level=Level.CRITERION, maximum="1", rule=EnteredPoints())
        for row in range(50)
    ]
    sets = {
        f"s{number}": CriteriaSet(code=f"s{number}", title="x", reference="x", criteria=Walked(rows))
        for number in range(blocks)
    }
    return OpenRound(
        authority="H16", round="r", year=2026, title="x", reference="",
        blocks=tuple(
            Block(code=f"b{code}", name="x", criteria_set=code, units=[RoundUnit(code=f"H16.{code}", name="x")])
            for code in sets
        ),
        appraisers=tuple(CriterionAppraiser(f"9.{number}", "H16") for number in range(appraisers)),
        deadlines=Deadlines(), sets=sets, at="2026-07-01T12:00:00.000000Z",
    )  # fmt: skip


def test_of_countless_mistakes_as_many_are_found_as_are_reported() -> None:
    found = mistakes_in_round(command(blocks=20, appraisers=5_000))
    assert [place.at for place in found[:2]] == ["/appraisers/0/criterion", "/appraisers/1/criterion"]
    assert len(found) == MOST_PLACES


def test_sets_are_walked_once_however_many_appraisers_there_are() -> None:
    Walked.times = 0
    mistakes_in_round(command(blocks=20, appraisers=400))
    assert Walked.times <= 20


def test_looking_ends_where_enough_is_found() -> None:
    mistakes, looked = Mistakes("/here"), 0
    with mistakes:
        for looked in range(10 * MOST_PLACES):
            mistakes.add(f"/{looked}", "x", "x")
    assert len(mistakes.places) == MOST_PLACES == looked + 1
    assert mistakes.places[-1].at == f"/here/{looked}"


def test_another_error_is_not_taken_for_enough() -> None:
    with pytest.raises(ZeroDivisionError), Mistakes():
        raise ZeroDivisionError
