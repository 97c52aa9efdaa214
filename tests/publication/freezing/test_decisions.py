"""The rules of freezing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from msgspec import structs

from publication.freezing.commands import FreezeResult
from publication.freezing.decisions import decide, freezing
from publication.freezing.events import ResultsAnnounced, ResultsFrozen
from publication.freezing.refusals import (
    EditionOvertakenError,
    ReasonMissingError,
    SettlingFrozenError,
    TrainingRoundError,
)
from publication.freezing.state import ReceivedRound, RoundResult

MakeCommand = Callable[..., FreezeResult]


@pytest.fixture
def command(binh_duong: ReceivedRound) -> MakeCommand:
    def of(settling: int = 1, reason: str = "", checksum: str = "c1", supersedes: str = "") -> FreezeResult:
        settlement = structs.replace(binh_duong.settlements[0], settling=settling)
        supersedes = supersedes or ("c1" if settling > 1 else "")
        return FreezeResult(binh_duong.opened, settlement, checksum, settling, supersedes, reason)

    return of


def after(*commands: FreezeResult) -> RoundResult:
    result = RoundResult()
    for one in commands:
        result = freezing.fold([*result.editions, *decide(one, result)])
    return result


def test_the_first_settling_becomes_the_first_edition(command: MakeCommand, binh_duong: ReceivedRound) -> None:
    facts: Sequence[ResultsFrozen] = decide(command(), RoundResult())
    settlement = binh_duong.settlements[0]
    assert facts == [
        ResultsFrozen(
            round="binh-duong-2017", edition=1, settling=1, year=2017, title="Chỉ số CCHC cấp huyện tỉnh Bình Dương",
            checksum="c1", formula="1", vector=tuple(settlement.vector),
        )
    ]  # fmt: skip


def test_one_settling_is_frozen_once(command: MakeCommand) -> None:
    with pytest.raises(SettlingFrozenError, match="edition 1"):
        decide(command(reason="comment:00"), after(command()))


def test_a_correction_names_what_it_supersedes_and_why(command: MakeCommand) -> None:
    (fact,) = decide(command(2, "comment:00", "c2"), after(command()))
    assert fact == replace(
        after(command()).editions[0], edition=2, settling=2, checksum="c2", supersedes="c1", reason="comment:00"
    )


def test_an_edition_whose_bytes_name_another_predecessor_is_overtaken(command: MakeCommand) -> None:
    with pytest.raises(EditionOvertakenError):
        decide(command(2, "comment:00", "c2", supersedes="c0"), after(command()))
    with pytest.raises(EditionOvertakenError):
        decide(replace(command(2, "comment:00", "c2"), edition=3), after(command()))


def test_a_correction_without_a_reason_is_refused(command: MakeCommand) -> None:
    with pytest.raises(ReasonMissingError):
        decide(command(2), after(command()))


def test_an_announcement_changes_nothing_about_what_may_be_frozen(command: MakeCommand) -> None:
    before = after(command())
    assert freezing.evolve(before, ResultsAnnounced("binh-duong-2017", 1, "c1")) == before


def test_a_training_round_is_never_frozen(command: MakeCommand) -> None:
    practice = command()
    with pytest.raises(TrainingRoundError):
        decide(replace(practice, opened=structs.replace(practice.opened, training=True)), RoundResult())
