"""All that publication wrote and published stays readable: one file per event and contract version, never edited."""

from pathlib import Path
from typing import Any

from parindex.contracts.scoring import SourcePosition
from parindex.testing.goldens import GoldenConformance, golden
from publication.freezing.drafts import draft_of, remade_snapshot
from publication.freezing.events import ResultsAnnounced, ResultsFrozen
from publication.freezing.snapshot import Header, read_snapshot
from publication.freezing.state import ReceivedRound
from publication.service import SERVICE

SNAPSHOT = Path(__file__).parent / "binh-duong-2017.snapshot.v1.json"
PRESENT = Path(__file__).parent / "binh-duong-2017.snapshot.v2.json"
HEADER = Header(edition=2, sealed_at="2026-06-30T05:00:00.000000Z", supersedes="c1" * 32, reason="comment:00")

VECTOR = (
    SourcePosition(source="assessment", epoch=1, position=40, closing=2),
    SourcePosition(source="survey", epoch=1, position=25, closing=1),
)
FACTS: list[Any] = [
    ResultsFrozen("r-2026", 2, 2, 2026, "Chỉ số CCHC năm 2026", "c2" * 32, "1", VECTOR, "c1" * 32, "comment:00"),
    ResultsAnnounced("r-2026", 2, "c2" * 32),
]


class TestGoldens(GoldenConformance):
    service, folder, facts = SERVICE, Path(__file__).parent / "goldens", FACTS


def test_a_round_frozen_by_version_1_is_replayed_to_the_bytes_of_the_first_day(binh_duong: ReceivedRound) -> None:
    """A change of this file breaks the replay of every published checksum: make a version 2 instead."""
    assert remade_snapshot(binh_duong, golden(SNAPSHOT)) == golden(SNAPSHOT)
    assert read_snapshot(golden(SNAPSHOT)).v == 1


def test_a_round_frozen_today_has_the_bytes_of_version_2(binh_duong: ReceivedRound) -> None:
    raw = draft_of(binh_duong, HEADER).snapshot
    assert raw == golden(PRESENT)
    assert read_snapshot(raw).v == 2
    assert remade_snapshot(binh_duong, raw) == raw
