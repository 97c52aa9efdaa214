"""The changes between two editions are the lines that are printed differently, and no others."""

from collections.abc import Callable

from msgspec import structs

from publication.announcing.explanation import Change, changes
from publication.freezing.drafts import draft_of
from publication.freezing.snapshot import Header, Snapshot, read_snapshot
from publication.freezing.state import ReceivedRound

HEADER = Header(edition=1, sealed_at="2026-06-30T05:00:00.000000Z")

Correct = Callable[..., ReceivedRound]


def frozen(received: ReceivedRound) -> Snapshot:
    return read_snapshot(draft_of(received, HEADER).snapshot)


def test_the_same_numbers_are_no_change(binh_duong: ReceivedRound, settled_again: Correct) -> None:
    assert changes(frozen(binh_duong), frozen(settled_again(binh_duong, []))) == []


def test_a_unit_that_rises_pushes_others_down(binh_duong: ReceivedRound, settled_again: Correct) -> None:
    third = structs.replace(binh_duong.scores[2], appraisal="49.2", points="82.02", index="82.02")
    found = changes(frozen(binh_duong), frozen(settled_again(binh_duong, [third])))
    assert found == [
        Change("Huyện", "H09.district-03", "Bàu Bàng", 3, 2, "80.27", "82.02", "Tốt", "Tốt"),
        Change("Huyện", "H09.district-02", "Tân Uyên", 2, 3, "82.00", "82.00", "Tốt", "Tốt"),
    ]


def test_units_that_come_and_go_are_named(binh_duong: ReceivedRound) -> None:
    whole = frozen(binh_duong)
    block = whole.blocks[0]
    fewer = structs.replace(whole, blocks=[structs.replace(block, units=block.units[:-1])])
    (gone,), (new,) = changes(whole, fewer), changes(fewer, whole)
    assert (gone.name, gone.old_rank, gone.new_rank) == ("Bắc Tân Uyên", 9, 0)
    assert (new.name, new.old_rank, new.new_rank) == ("Bắc Tân Uyên", 0, 9)
