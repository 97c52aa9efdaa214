"""Facts ever written can be read for ever, and are written in the same bytes."""

from pathlib import Path

import msgspec
import pytest

from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import ScoreLine, SourcePosition
from parindex.eventstore.entries import canonical
from scoring.computing.events import (
    ClosingSeen,
    IndexComputed,
    ReopeningSeen,
    RoundPrepared,
    RoundSettled,
    SetNeeded,
    SetPrepared,
)
from scoring.service import SERVICE

GOLDENS = Path(__file__).parents[1] / "goldens"
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
FACTS = [
    SetNeeded("s", "r"),
    RoundPrepared("r", 2025, "H09", (BLOCK,)),
    IndexComputed("r", "H09.05", "b", "s", LINES, "18/7", "5.25", "219/28", "11", "5475/77", "assessment/12"),
    ClosingSeen("r", "survey", 2, 1, 1, 22),
    ReopeningSeen("r", "assessment", 2, 1),
    RoundSettled("r", 2, VECTOR, "5e" * 32, "1"),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_is_read_and_written_as_it_was_first(fact: object) -> None:
    golden = (GOLDENS / f"{type(fact).__name__}.v1.json").read_bytes().rstrip(b"\n")
    assert msgspec.json.decode(golden, type=type(fact)) == fact
    assert canonical(fact) == golden


def test_a_set_with_every_kind_of_rule_is_read_and_written_as_it_was_first(criteria_set: CriteriaSet) -> None:
    golden = (GOLDENS / "SetPrepared.v1.json").read_bytes().rstrip(b"\n")
    assert msgspec.json.decode(golden, type=SetPrepared) == SetPrepared(criteria_set, "5e" * 32)
    assert canonical(SetPrepared(criteria_set, "5e" * 32)) == golden


def test_every_kind_of_fact_has_its_golden() -> None:
    assert {path.name.partition(".")[0] for path in GOLDENS.glob("*.v1.json")} == set(SERVICE.types.classes)
