"""What publication wrote and told once can be read for ever: one file per fact and contract version, never edited."""

from pathlib import Path
from typing import Any

from parindex.contracts.scoring import SourcePosition
from parindex.testing.goldens import GoldenExam, golden
from publication.announcing.events import ResultsAnnounced
from publication.freezing.events import ResultsFrozen
from publication.freezing.readiness import Materials, draft_of
from publication.freezing.snapshot import read_snapshot
from publication.service import SERVICE

SNAPSHOT = Path(__file__).parent / "binh-duong-2017.snapshot.v1.json"

VECTOR = (
    SourcePosition(source="assessment", epoch=1, position=40, closing=2),
    SourcePosition(source="survey", epoch=1, position=25, closing=1),
)
FACTS: list[Any] = [
    ResultsFrozen("r-2026", 2, 2, 2026, "Chỉ số CCHC năm 2026", "c2" * 32, "1", VECTOR, "c1" * 32, "comment:00"),
    ResultsAnnounced("r-2026", 2, "c2" * 32),
]


class TestGoldens(GoldenExam):
    service, folder, facts = SERVICE, Path(__file__).parent / "goldens", FACTS


def test_a_round_sealed_today_has_the_bytes_of_the_first_day(binh_duong: Materials) -> None:
    """Whoever changes this file takes every published checksum from under its replay: make a version 2 instead."""
    raw = draft_of(binh_duong).snapshot
    assert raw == golden(SNAPSHOT)
    assert read_snapshot(raw).v == 1
