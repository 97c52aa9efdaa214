"""What publication wrote and told once can be read for ever: one file per fact and contract version, never edited."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from parindex.contracts import CONTRACTS
from parindex.contracts.scoring import SourcePosition
from parindex.eventstore.entries import Entry, canonical
from parindex.eventstore.registry import Recorded
from publication.announcing.events import ResultsAnnounced
from publication.freezing.events import ResultsFrozen
from publication.freezing.readiness import Materials, draft_of
from publication.freezing.snapshot import read_snapshot
from publication.service import SERVICE

GOLDENS = Path(__file__).parent / "goldens"
CONTRACT_GOLDENS = Path(__file__).parents[1] / "contracts"
SNAPSHOT = Path(__file__).parent / "binh-duong-2017.snapshot.v1.json"

VECTOR = (
    SourcePosition(source="assessment", epoch=1, position=40, closing=2),
    SourcePosition(source="survey", epoch=1, position=25, closing=1),
)
FACTS: list[Any] = [
    ResultsFrozen("r-2026", 2, 2, 2026, "Chỉ số CCHC năm 2026", "c2" * 32, "1", VECTOR, "c1" * 32, "comment:00"),
    ResultsAnnounced("r-2026", 2, "c2" * 32),
]


def entry(name: str, version: int, data: bytes) -> Entry:
    return Entry(
        v=version, origin="publication", nonce="n", type=name, stream="s", version=1, authority="H09", actor="a",
        occurred_at="2026-07-01T12:00:00.000000Z", correlation="c", data=msgspec.Raw(data),
    )  # fmt: skip


def told(fact: Any) -> Any:
    recorded = Recorded(1, entry(type(fact).__name__, 1, b"{}"), fact)
    return SERVICE.types.tellings[type(fact)].contract(recorded)


def golden(path: Path) -> bytes:
    return path.read_bytes().rstrip(b"\n")


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_is_written_as_it_always_was(fact: Any) -> None:
    assert canonical(fact) == golden(GOLDENS / f"{type(fact).__name__}.v1.json")


@pytest.mark.parametrize("path", sorted(GOLDENS.iterdir()), ids=lambda path: path.name)
def test_whatever_was_written_can_be_read(path: Path) -> None:
    name, version, _ = path.name.split(".")
    assert SERVICE.types.decode(entry(name, int(version[1:]), path.read_bytes())) in FACTS


def test_every_fact_of_the_service_has_its_file() -> None:
    files = {path.name for path in GOLDENS.iterdir()}
    assert {f"{name}.v{SERVICE.types.schema(cls)}.json" for name, cls in SERVICE.types.classes.items()} <= files


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_contract_is_told_as_it_always_was(fact: Any) -> None:
    contract = told(fact)
    written = golden(CONTRACT_GOLDENS / f"{contract.TYPE}.json")
    assert canonical(contract) == written
    assert msgspec.json.decode(written, type=type(contract)) == contract


def test_every_contract_of_publication_is_told_of_some_fact_to_everybody() -> None:
    assert {told(fact).TYPE for fact in FACTS} == {name for name in CONTRACTS if name.startswith("publication.")}
    assert {SERVICE.types.partition(fact, 8) for fact in FACTS} == {-1}


def test_a_round_sealed_today_has_the_bytes_of_the_first_day(binh_duong: Materials) -> None:
    """Whoever changes this file takes every published checksum from under its replay: make a version 2 instead."""
    raw = draft_of(binh_duong).snapshot
    assert raw == golden(SNAPSHOT)
    assert read_snapshot(raw).v == 1
