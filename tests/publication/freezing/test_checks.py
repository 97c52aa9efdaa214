"""A round is frozen only if its result is certain, and each blocker has a name."""

from dataclasses import replace

import pytest
from msgspec import structs

from parindex.refusal import Refused
from publication.freezing import refusals
from publication.freezing.checks import blockers
from publication.freezing.drafts import draft_of
from publication.freezing.snapshot import Header, read_snapshot
from publication.freezing.state import ReceivedRound

HEADER = Header(edition=1, sealed_at="2026-06-30T05:00:00.000000Z")


def refused(received: ReceivedRound) -> list[type[Refused]]:
    return [type(blocker) for blocker in blockers(received)]


def test_a_settled_round_can_be_frozen(binh_duong: ReceivedRound) -> None:
    assert refused(binh_duong) == []
    assert read_snapshot(draft_of(binh_duong, HEADER).snapshot).round == "binh-duong-2017"


def test_not_before_the_settling_was_received_in_every_partition(binh_duong: ReceivedRound) -> None:
    partly = {k: v for k, v in binh_duong.settlements.items() if k != 2}
    assert refused(replace(binh_duong, settlements=partly)) == [refusals.RoundNotSettledError]
    assert refused(replace(binh_duong, settlements={})) == [refusals.RoundNotSettledError]


def test_an_older_settling_in_one_partition_is_not_the_same_settling(binh_duong: ReceivedRound) -> None:
    newer = structs.replace(binh_duong.settlements[0], settling=2)
    mixed = {**dict.fromkeys(range(3), newer), 3: binh_duong.settlements[3]}
    assert refused(replace(binh_duong, settlements=mixed)) == [refusals.RoundNotSettledError]


def test_not_when_the_round_was_reopened_since(binh_duong: ReceivedRound) -> None:
    assert refused(replace(binh_duong, reopened=frozenset({1}))) == [refusals.RoundReopenedError]


def test_a_reopening_that_was_closed_again_is_no_blocker(binh_duong: ReceivedRound) -> None:
    closed = [structs.replace(at, closing=2) for at in binh_duong.settlements[0].vector]
    again = structs.replace(binh_duong.settlements[0], vector=closed)
    known = {(at.source, at.closing): at for at in closed}
    received = replace(binh_duong, settlements=dict.fromkeys(range(4), again), reopened=frozenset({1}), closings=known)
    assert refused(received) == []


@pytest.mark.parametrize(
    "change",
    [{}, {"position": 24}, {"entry_sha256": "00" * 32}],
    ids=["no such closing", "at another position", "another entry there"],
)
@pytest.mark.parametrize("source", ["assessment", "survey"])
def test_not_by_a_closing_that_its_source_does_not_have_there(
    binh_duong: ReceivedRound, source: str, change: dict[str, object]
) -> None:
    known = dict(binh_duong.closings)
    gone = known.pop((source, 1))
    if change:
        known[source, 1] = structs.replace(gone, **change)
    assert refused(replace(binh_duong, closings=known)) == [refusals.ClosingsDifferError]


def test_a_closing_from_before_hashes_were_recorded_is_compared_by_its_position(binh_duong: ReceivedRound) -> None:
    known = {key: structs.replace(at, entry_sha256="") for key, at in binh_duong.closings.items()}
    assert refused(replace(binh_duong, closings=known)) == []


def test_not_while_anything_is_parked(binh_duong: ReceivedRound) -> None:
    assert refused(replace(binh_duong, parked=1)) == [refusals.MessagesParkedError]


def test_not_without_the_criteria_set(binh_duong: ReceivedRound) -> None:
    assert refused(replace(binh_duong, sets=[])) == [refusals.CriteriaSetsMissingError]


def test_not_without_every_unit(binh_duong: ReceivedRound) -> None:
    lacking = replace(binh_duong, scores=binh_duong.scores[1:])
    missing, differ = blockers(lacking)
    assert [place.at for place in missing.places] == [f"/units/{binh_duong.scores[0].unit}"]
    assert isinstance(differ, refusals.ScoresDifferError)


def test_not_with_scores_that_are_not_the_settled_ones(binh_duong: ReceivedRound) -> None:
    moved = structs.replace(binh_duong.scores[0], index="1")
    others = [moved, *binh_duong.scores[1:]]
    assert refused(replace(binh_duong, scores=others)) == [refusals.ScoresDifferError]


def test_freezing_is_refused_for_the_first_blocker(binh_duong: ReceivedRound) -> None:
    with pytest.raises(refusals.MessagesParkedError):
        draft_of(replace(binh_duong, parked=3, sets=[]), HEADER)
