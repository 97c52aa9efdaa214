"""Events and contracts of scoring are readable for ever: one file per fact and contract version, never edited."""

from pathlib import Path
from typing import Any

import msgspec

from parindex.contracts.assessment import Block, Claim, Figure, Finding, RoundUnit
from parindex.contracts.scoring import ScoreLine, SourcePosition
from parindex.contracts.survey import OptionCount
from parindex.testing.goldens import GoldenConformance, golden
from scoring.computing.events import (
    ClaimsReceived,
    FindingsReceived,
    IndexComputed,
    RoundPrepared,
    SetNeeded,
    SetPrepared,
    TallyReceived,
)
from scoring.service import SERVICE
from scoring.settling.events import ClosingSeen, ReopeningSeen, RoundSettled

GOLDENS = Path(__file__).parent / "goldens"
LINES = (
    ScoreLine(criterion="1.1", part="appraisal", maximum="3", points="18/7", claimed="3", causes=["assessment/17"]),
    ScoreLine(criterion="1.2", part="appraisal", maximum="1", causes=["assessment/17"], fault="nothing-planned"),
    ScoreLine(criterion="2.1", part="survey", maximum="7", points="5.25", causes=["survey/5", "survey/6"]),
)
VECTOR = (
    SourcePosition(source="assessment", epoch=1, position=20, closing=2),
    SourcePosition(source="survey", epoch=1, position=22, closing=1),
)
BLOCK = Block(code="b", name="Huyện", criteria_set="s", units=[RoundUnit(code="H09.05", name="Thuận An")])
PREPARED = msgspec.json.decode(golden(GOLDENS / "SetPrepared.v1.json"), type=SetPrepared)  # see computing/test_events
FIGURES = [Figure(name="done", value="6"), Figure(name="planned", value="7")]
COUNTS = (OptionCount(option="1", count=1), OptionCount(option="5", count=3))
FACTS: list[Any] = [
    PREPARED,
    SetNeeded("s", "r"),
    RoundPrepared("r", 2025, "H09", (BLOCK,), training=True),
    ClaimsReceived("r", "H09.05", 1, 12, (Claim(criterion="1.1", figures=FIGURES),), 2, 2),
    FindingsReceived("r", "H09.05", 1, 17, (Finding(criterion="1.1", figures=FIGURES, corrected=True),)),
    TallyReceived("r", "H09.05", 1, 5, "q1", "firm", "kiosk", COUNTS, "", "", 9),
    IndexComputed("r", "H09.05", "b", "s", LINES, "18/7", "5.25", "219/28", "11", "5475/77", "assessment/12"),
    ClosingSeen("r", "survey", 2, 1, 1, 22, ""),
    ReopeningSeen("r", "assessment", 2, 1),
    RoundSettled("r", 2, VECTOR, "5e" * 32, "1"),
]


OLDER: list[Any] = [RoundPrepared("r", 2025, "H09", (BLOCK,))]
"""What facts of earlier schema versions are read as."""


class TestGoldens(GoldenConformance):
    service, folder, facts, lifted = SERVICE, GOLDENS, FACTS, OLDER
