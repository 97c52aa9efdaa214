"""Every fact that survey ever wrote can be read for ever: one file per fact and schema version, never edited."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from parindex.contracts.survey import OptionCount
from parindex.eventstore.entries import Entry, canonical
from survey.rating.events import EnrolmentCodeIssued, KioskEnrolled, KioskRegistered, KioskRevoked, RatingRecorded
from survey.service import SERVICE
from survey.tallying.events import (
    OutsideTalliesReceived,
    PressesSetAside,
    RatingClosed,
    SetQuestionsLearned,
    SurveyOpened,
    TallyClosed,
    TallyUpdated,
)
from survey.tallying.questions import Asked, Surveyed

GOLDENS = Path(__file__).parent / "goldens"
ASKED = (Asked(question="hai-long", options=("1", "5")), Asked(question="can-bo", group="official"))
COUNTS = (OptionCount(option="4", count=1), OptionCount(option="5", count=12))
FACTS: list[Any] = [
    KioskRegistered("k1", "H09.05", "hai-long", "citizen", ("1", "2", "3", "4", "5")),
    EnrolmentCodeIssued("k1", "2026-07-01T13:00:00.000000Z"),
    KioskEnrolled("k1"),
    KioskRevoked("k1"),
    RatingRecorded("k1", "H09.05", "hai-long", "citizen", 17, "5", "2026-07-01T12:00:00.250000Z", 2),
    SetQuestionsLearned("bo-2026", ASKED),
    SurveyOpened("H09", "r-2026", (Surveyed(criteria_set="bo-2026", questions=ASKED, units=("H09.05", "H09.06")),)),
    OutsideTalliesReceived("r-2026", 9),
    RatingClosed("r-2026", 1),
    TallyUpdated("r-2026", "H09.05", "hai-long", "citizen", "kiosk", COUNTS, "", "", 412),
    PressesSetAside("r-2026", "H09.05", "hai-long", "citizen", 3, 1, 430),
    TallyClosed("r-2026", 1, 412),
]


def entry(name: str, version: int, data: bytes) -> Entry:
    return Entry(
        v=version, origin="survey", nonce="n", type=name, stream="s", version=1, authority="H09", actor="a",
        occurred_at="2026-07-01T12:00:00.000000Z", correlation="c", data=msgspec.Raw(data),
    )  # fmt: skip


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_is_written_as_it_always_was(fact: Any) -> None:
    assert canonical(fact) == (GOLDENS / f"{type(fact).__name__}.v1.json").read_bytes().rstrip(b"\n")


@pytest.mark.parametrize("golden", sorted(GOLDENS.iterdir()), ids=lambda golden: golden.name)
def test_whatever_was_written_can_be_read(golden: Path) -> None:
    name, version, _ = golden.name.split(".")
    fact = SERVICE.types.decode(entry(name, int(version[1:]), golden.read_bytes()))
    assert fact in FACTS


def test_every_fact_of_the_service_has_its_file() -> None:
    files = {golden.name for golden in GOLDENS.iterdir()}
    assert {f"{name}.v{SERVICE.types.schema(cls)}.json" for name, cls in SERVICE.types.classes.items()} <= files
