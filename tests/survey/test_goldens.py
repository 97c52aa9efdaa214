"""Every fact that survey ever wrote can be read for ever: one file per fact and schema version, never edited."""

from pathlib import Path
from typing import Any

from parindex.contracts.survey import OptionCount
from parindex.testing.goldens import GoldenExam
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


class TestGoldens(GoldenExam):
    service, folder, facts = SERVICE, Path(__file__).parent / "goldens", FACTS
