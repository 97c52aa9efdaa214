from pathlib import Path

import msgspec

from parindex.contracts.criteria import CriteriaSet
from parindex.testing.goldens import golden
from scoring.computing.events import SetPrepared

PREPARED = Path(__file__).parents[1] / "goldens" / "SetPrepared.v1.json"


def test_a_set_with_every_kind_of_rule_is_read_as_it_was_first(criteria_set: CriteriaSet) -> None:
    assert msgspec.json.decode(golden(PREPARED), type=SetPrepared) == SetPrepared(criteria_set, "5e" * 32)
