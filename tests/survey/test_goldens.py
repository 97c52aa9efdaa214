"""Every fact that survey ever wrote can be read for ever: one file per fact and schema version, never edited."""

from pathlib import Path
from typing import Any

from parindex.contracts.survey import OptionCount, SetAside
from parindex.testing.goldens import GoldenConformance
from survey.admitting.events import PressesAdmitted, PressesStopped, RatingClosed, SetQuestionsLearned, SurveyOpened
from survey.admitting.questions import Asked, Surveyed
from survey.enrolling.events import EnrolmentCodeIssued, KioskEnrolled, KioskRegistered, KioskRevoked
from survey.rating.events import RatingRecorded
from survey.service import SERVICE
from survey.tallying.events import OutsideTalliesReceived, PressesSetAside, TallyClosed, TallyUpdated

ASKED = (Asked(question="hai-long", options=("1", "5")), Asked(question="can-bo", group="official"))
BLOCK = Surveyed(criteria_set="bo-2026", questions=ASKED, units=("H09.05", "H09.06"))
WINDOW = "2025-12-31T17:00:00.000000Z", "2027-12-31T17:00:00.000000Z"
COUNTS = (OptionCount(option="4", count=1), OptionCount(option="5", count=12))
FACTS: list[Any] = [
    KioskRegistered("k1", "H09.05", "hai-long", "citizen", ("1", "2", "3", "4", "5")),
    EnrolmentCodeIssued("k1", "2026-07-01T13:00:00.000000Z"),
    KioskEnrolled("k1"),
    KioskRevoked("k1"),
    RatingRecorded(
        "k1", "H09.05", "hai-long", "citizen", 17, "5", "2026-07-01T12:00:00.250000Z", 2,
        "r-2026", "late", "2026-07-01T12:00:00.000000Z",
    ),
    PressesAdmitted("H09", "r-2026", *WINDOW),
    PressesStopped("H09", "r-2026"),
    SetQuestionsLearned("bo-2026", ASKED),
    SurveyOpened("H09", "r-2026", (BLOCK,), *WINDOW, training=True),
    OutsideTalliesReceived("r-2026", 9),
    RatingClosed("r-2026", 1),
    TallyUpdated("r-2026", "H09.05", "hai-long", "citizen", "kiosk", COUNTS, "", "", 412),
    PressesSetAside(
        "r-2026", "H09.05", "hai-long", "citizen", 3, 1, 430,
        (SetAside(reason="late", count=3), SetAside(reason="option-unknown", count=1)),
    ),
    TallyClosed("r-2026", 1, 412),
]  # fmt: skip
OLDER: list[Any] = [
    RatingRecorded("k1", "H09.05", "hai-long", "citizen", 17, "5", "2026-07-01T12:00:00.250000Z", 2),
    SurveyOpened("H09", "r-2026", (BLOCK,)),
    SurveyOpened("H09", "r-2026", (BLOCK,), *WINDOW),
    PressesSetAside("r-2026", "H09.05", "hai-long", "citizen", 3, 1, 430),
]
"""What facts of earlier schema versions are read as."""


class TestGoldens(GoldenConformance):
    service, folder, facts, lifted = SERVICE, Path(__file__).parent / "goldens", FACTS, OLDER
