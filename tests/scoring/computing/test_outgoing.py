from typing import Any

import msgspec

from parindex.contracts.scoring import ScoreLine, SourcePosition
from parindex.contracts.scoring_digest import digest_of
from parindex.eventstore.registry import EVERY_PARTITION, partition_of
from scoring.computing.events import IndexComputed
from scoring.computing.outgoing import index_computed
from scoring.service import SERVICE
from scoring.settling.events import ClosingSeen, RoundSettled

LINES = (
    ScoreLine(criterion="1.1", part="appraisal", maximum="3", points="18/7", claimed="3", causes=["assessment/17"]),
    ScoreLine(criterion="1.2", part="appraisal", maximum="1", causes=["assessment/17"], fault="nothing-planned"),
    ScoreLine(criterion="2.1", part="survey", maximum="7", points="5.25", causes=["survey/5", "survey/6"]),
)
VECTOR = (
    SourcePosition(source="assessment", epoch=1, position=20, closing=2),
    SourcePosition(source="survey", epoch=1, position=22, closing=1),
)
COMPUTED = IndexComputed(
    "r", "H09.05", "b", "s", LINES, "18/7", "5.25", "219/28", "11", "5475/77", claimed_from="assessment/12"
)
SETTLED = RoundSettled("r", 2, VECTOR, "5e" * 32, "1")


def test_an_index_is_published_to_its_unit_s_partition_and_a_settling_to_all() -> None:
    assert SERVICE.types.partition(COMPUTED, 8) == partition_of("H09.05", 8)
    assert SERVICE.types.partition(SETTLED, 8) == EVERY_PARTITION
    assert SERVICE.types.partition(ClosingSeen("r", "survey", 2, 1, 1, 22, ""), 8) is None


def test_the_digest_knows_neither_order_nor_claims_but_every_point_and_cause() -> None:
    score = index_computed(COMPUTED)
    other = msgspec.structs.replace(score, unit="H09.04")
    claimless = msgspec.structs.replace(
        score, lines=[msgspec.structs.replace(each, claimed="") for each in score.lines]
    )
    assert digest_of([score, other]) == digest_of([other, claimless])
    assert digest_of([score]) == "33b02ddde43ff1b44ea11871f90a31fc13159e8e06bc01ce6d072783ba0c5a79"
    moved: list[dict[str, Any]] = [
        {"points": "2"},
        {"lines": [msgspec.structs.replace(score.lines[0], causes=["assessment/18"]), *score.lines[1:]]},
        {"block": "c"},
        {"unit": "H09.06"},
    ]
    assert len({digest_of([msgspec.structs.replace(score, **change)]) for change in moved} | {digest_of([score])}) == 5
