"""The rules of the sealing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from msgspec import structs

from publication.freezing.commands import FreezeResult
from publication.freezing.decisions import (
    EditionOvertakenError,
    ReasonMissingError,
    SettlingFrozenError,
    decide,
    freezing,
)
from publication.freezing.events import ResultsAnnounced, ResultsFrozen
from publication.freezing.state import ReceivedRound, RoundResult

Wish = Callable[..., FreezeResult]


@pytest.fixture
def wish(binh_duong: ReceivedRound) -> Wish:
    def of(settling: int = 1, reason: str = "", checksum: str = "c1", supersedes: str = "") -> FreezeResult:
        settlement = structs.replace(binh_duong.settlements[0], settling=settling)
        supersedes = supersedes or ("c1" if settling > 1 else "")
        return FreezeResult(binh_duong.opened, settlement, checksum, settling, supersedes, reason)

    return of


def after(*wishes: FreezeResult) -> RoundResult:
    result = RoundResult()
    for one in wishes:
        result = freezing.fold([*result.editions, *decide(one, result)])
    return result


def test_the_first_settling_becomes_the_first_edition(wish: Wish, binh_duong: ReceivedRound) -> None:
    facts: Sequence[ResultsFrozen] = decide(wish(), RoundResult())
    settlement = binh_duong.settlements[0]
    assert facts == [
        ResultsFrozen(
            round="binh-duong-2017", edition=1, settling=1, year=2017, title="Chỉ số CCHC cấp huyện tỉnh Bình Dương",
            checksum="c1", formula="1", vector=tuple(settlement.vector),
        )
    ]  # fmt: skip


def test_one_settling_is_sealed_once(wish: Wish) -> None:
    with pytest.raises(SettlingFrozenError):
        decide(wish(reason="comment:00"), after(wish()))


def test_a_correction_names_what_it_supersedes_and_why(wish: Wish) -> None:
    (fact,) = decide(wish(2, "comment:00", "c2"), after(wish()))
    assert fact == replace(
        after(wish()).editions[0], edition=2, settling=2, checksum="c2", supersedes="c1", reason="comment:00"
    )


def test_an_edition_whose_bytes_name_another_predecessor_is_overtaken(wish: Wish) -> None:
    with pytest.raises(EditionOvertakenError):
        decide(wish(2, "comment:00", "c2", supersedes="c0"), after(wish()))
    with pytest.raises(EditionOvertakenError):
        decide(replace(wish(2, "comment:00", "c2"), edition=3), after(wish()))


def test_a_correction_without_a_reason_is_refused(wish: Wish) -> None:
    with pytest.raises(ReasonMissingError):
        decide(wish(2), after(wish()))


def test_an_announcement_changes_nothing_about_what_may_be_sealed(wish: Wish) -> None:
    before = after(wish())
    assert freezing.evolve(before, ResultsAnnounced("binh-duong-2017", 1, "c1")) == before
