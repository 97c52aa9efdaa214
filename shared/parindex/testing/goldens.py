"""Golden files: one for each version of an event and a contract, never edited, so that stored bytes stay readable.

A service's `test_goldens.py` subclasses GoldenConformance and lists its events; `tests/<service>/goldens/` has the
stored events, `tests/contracts/` the published contracts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from parindex.canonical import canonical
from parindex.contracts import CONTRACTS, Contract
from parindex.eventstore.entries import Entry
from parindex.eventstore.registry import Recorded
from parindex.service import Service


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize the tests by event, by published event, and by file."""
    suite = metafunc.cls
    if suite is None or not issubclass(suite, GoldenConformance):
        return
    translations = suite.service.types.translations
    if "fact" in metafunc.fixturenames:
        metafunc.parametrize("fact", suite.facts, ids=_name)
    if "published_fact" in metafunc.fixturenames:
        metafunc.parametrize("published_fact", [fact for fact in suite.facts if type(fact) in translations], ids=_name)
    if "file" in metafunc.fixturenames:
        metafunc.parametrize("file", sorted(suite.folder.iterdir()), ids=lambda file: file.name)


class GoldenConformance:
    """The golden tests of a service. `facts` has one event of each type, equal to its golden file.

    `lifted` has the events that golden files of older schema versions decode to, where they are not in `facts`.
    """

    service: ClassVar[Service]
    folder: ClassVar[Path]
    facts: ClassVar[Sequence[Any]]
    lifted: ClassVar[Sequence[Any]] = ()

    def test_an_event_is_encoded_as_it_always_was(self, fact: Any) -> None:
        version = self.service.types.schema(type(fact))
        assert canonical(fact) == golden(self.folder / f"{type(fact).__name__}.v{version}.json")

    def test_each_stored_event_can_be_read(self, file: Path) -> None:
        name, version, _ = file.name.split(".")
        assert self.service.types.decode(_entry(name, int(version[1:]), file.read_bytes())) in (
            *self.facts,
            *self.lifted,
        )

    def test_every_event_of_the_service_has_its_file(self) -> None:
        types = self.service.types
        wanted = {f"{name}.v{types.schema(cls)}.json" for name, cls in types.classes.items()}
        assert wanted <= {file.name for file in self.folder.iterdir()}

    def test_a_contract_is_encoded_as_it_always_was(self, published_fact: Any) -> None:
        contract = self._contract(published_fact)
        written = golden(self.folder.parents[1] / "contracts" / f"{contract.TYPE}.json")
        assert canonical(contract) == written
        assert msgspec.json.decode(written, type=type(contract)) == contract

    def test_every_contract_of_the_service_is_published_of_some_fact(self) -> None:
        published = {self._contract(fact).TYPE for fact in self.facts if type(fact) in self.service.types.translations}
        assert published == {name for name in CONTRACTS if name.startswith(f"{self.service.name}.")}

    def test_what_is_about_one_unit_goes_to_its_partition_and_the_rest_to_all(self, published_fact: Any) -> None:
        about = self.service.types.translations[type(published_fact)].about
        assert (about(published_fact) if about else None) == getattr(published_fact, "unit", None)

    def _contract(self, fact: Any) -> Contract:
        return self.service.types.translations[type(fact)].contract(recorded(fact))


def recorded(fact: Any) -> Recorded:
    """Return an event as recorded in a log, for a translation that uses only the event."""
    return Recorded(1, _entry(type(fact).__name__, 1, b"{}"), fact)


def _name(fact: object) -> str:
    return type(fact).__name__


def golden(file: Path) -> bytes:
    """Read a golden file without the line break that editors add at the end."""
    return file.read_bytes().rstrip(b"\n")


def _entry(name: str, version: int, data: bytes) -> Entry:
    return Entry(
        v=version, origin="o", nonce="n", type=name, stream="s", version=1, authority="H09", actor="a",
        occurred_at="2026-07-01T12:00:00.000000Z", correlation="c", data=msgspec.Raw(data),
    )  # fmt: skip
