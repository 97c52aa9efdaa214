"""What survey tells, byte for byte as the others have learnt to read it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from parindex.contracts import CONTRACTS
from parindex.contracts.survey import OptionCount
from parindex.eventstore.entries import Entry, canonical
from parindex.eventstore.registry import EVERY_PARTITION, Recorded, partition_of
from survey.service import SERVICE
from survey.tallying.events import TallyClosed, TallyUpdated
from survey.tallying.outgoing import TELLINGS

GOLDENS = Path(__file__).parents[2] / "contracts"
COUNTS = (OptionCount(option="4", count=1), OptionCount(option="5", count=12))
TOLD = {
    "survey.tally-updated.v1": TallyUpdated("r-2026", "H09.05", "hai-long", "citizen", "kiosk", COUNTS, "", "", 412),
    "survey.tally-closed.v1": TallyClosed("r-2026", 1, 412),
}


def told(fact: Any) -> Any:
    entry = Entry(
        v=1, origin="survey", nonce="n", type="T", stream="s", version=1, authority="H09", actor="a",
        occurred_at="2026-07-01T12:00:00.000000Z", correlation="c", data=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return TELLINGS[type(fact)].contract(Recorded(1, entry, fact))


@pytest.mark.parametrize("name", TOLD)
def test_a_contract_is_told_as_it_always_was(name: str) -> None:
    golden = (GOLDENS / f"{name}.json").read_bytes().rstrip(b"\n")
    assert canonical(told(TOLD[name])) == golden
    assert msgspec.json.decode(golden, type=CONTRACTS[name]) == told(TOLD[name])


def test_a_result_from_outside_says_so_and_covers_nothing_of_the_log() -> None:
    fact = TallyUpdated("r-2026", "H09.05", "hai-long", "", "outside", (), "28.75", "35", 0)
    assert canonical(told(fact)) == (
        b'{"origin":"outside","out_of":"35","question":"hai-long","round":"r-2026","score":"28.75","unit":"H09.05"}'
    )


def test_a_tally_is_about_its_unit_and_a_closing_concerns_everybody() -> None:
    types = SERVICE.types
    assert types.partition(TOLD["survey.tally-updated.v1"], 8) == partition_of("H09.05", 8)
    assert types.partition(TOLD["survey.tally-closed.v1"], 8) == EVERY_PARTITION


def test_nothing_else_leaves_survey() -> None:
    assert set(SERVICE.types.tellings) == {TallyUpdated, TallyClosed}
