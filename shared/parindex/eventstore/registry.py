"""Which facts a service knows: class to type name and back, older schema versions lifted on the way in.

A fact is a frozen dataclass in a step's `events.py`; its class name is its type for ever. When its shape changes, it
gets `SCHEMA = n + 1` and an upcaster from n; stored entries are never rewritten.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from types import ModuleType
from typing import Any
from zlib import crc32

import msgspec

from parindex.contracts.base import Contract
from parindex.eventstore.entries import Entry, digest_of

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def by_defaults(data: dict[str, Any]) -> dict[str, Any]:
    """Lift a fact whose next version only has more fields, each with a default: read it as it is."""
    return data


EVERY_PARTITION = -1
"""The partition of a fact that is told to all of them: facts about a whole round, sets, closings."""


class UnknownEventError(Exception):
    """An entry has a type or a schema version that this program does not know: an older program reads a newer log."""


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """A fact together with where, when and why it stands in the log. `raw` is the exact bytes of its entry."""

    position: int
    entry: Entry
    fact: Any
    raw: bytes = b""

    @property
    def stream(self) -> str:
        """The stream that the fact belongs to, such as `kiosk-k1`."""
        return self.entry.stream

    @property
    def sha256(self) -> str:
        """The SHA-256 of the entry's exact bytes, in hex; empty for a fact that was never in a log."""
        return digest_of(self.raw) if self.raw else ""


@dataclass(frozen=True, slots=True)
class Untranslated:
    """An entry from which this program cannot make its contract. `error` is the error's name alone."""

    origin: str
    position: int
    type: str
    error: str

    @property
    def line(self) -> str:
        """The entry in a few words, without data of its own: `survey/17 TallyUpdated (KeyError)`."""
        return f"{self.origin}/{self.position} {self.type} ({self.error})"


@dataclass(frozen=True, slots=True)
class Translation:
    """How a private fact becomes a contract, and whom it is about: a unit's code, or nobody (every partition)."""

    contract: Callable[[Recorded], Contract]
    about: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class EventTypes:
    """The facts of one service, with their upcasters `(type, n) -> n + 1` and what of them is told outside."""

    classes: Mapping[str, type]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict)
    translations: Mapping[type, Translation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_decoders", {name: msgspec.json.Decoder(cls) for name, cls in self.classes.items()})
        object.__setattr__(self, "_direct", set(self._read_directly()))
        object.__setattr__(self, "_schemas", {cls: int(getattr(cls, "SCHEMA", 1)) for cls in self.classes.values()})

    def schema(self, cls: type) -> int:
        """Return the present schema version of a class of facts; KeyError for one that is not among them."""
        version: int = self._schemas[cls]  # type: ignore[attr-defined]
        return version

    def partition(self, fact: Any, partitions: int) -> int | None:
        """Return the partition in which a fact is told, EVERY_PARTITION, or None: it never leaves the service."""
        translation = self.translations.get(type(fact))
        if translation is None:
            return None
        return EVERY_PARTITION if translation.about is None else partition_of(translation.about(fact), partitions)

    def decode(self, entry: Entry) -> Any:
        """Read the fact of an entry, lifted to the present schema; raise UnknownEventError, msgspec.ValidationError."""
        cls = self.classes.get(entry.type)
        if cls is None:
            raise UnknownEventError(f"{entry.origin}: no fact is called {entry.type}")
        if (entry.type, entry.v) in self._direct:  # type: ignore[attr-defined]
            return self._decoders[entry.type].decode(entry.data)  # type: ignore[attr-defined]
        return msgspec.convert(self._lifted(entry, self.schema(cls)), cls)

    def _read_directly(self) -> Iterator[tuple[str, int]]:
        """Yield the types and schema versions whose data is read as it is."""
        for name, cls in self.classes.items():
            version = int(getattr(cls, "SCHEMA", 1))
            yield name, version
            while self.upcasters.get((name, version - 1)) is by_defaults:
                version -= 1
                yield name, version

    def _lifted(self, entry: Entry, target: int) -> dict[str, Any]:
        data: dict[str, Any] = msgspec.json.decode(entry.data)
        for version in range(entry.v, target):
            upcast = self.upcasters.get((entry.type, version))
            if upcast is None:
                raise UnknownEventError(f"{entry.type} version {entry.v} has no way to version {target}")
            data = upcast(data)
        if entry.v > target:
            raise UnknownEventError(f"{entry.type} version {entry.v} is newer than this program ({target})")
        return data


def event_types(
    modules: Iterable[ModuleType],
    translations: Sequence[Mapping[type, Translation]] = (),
    upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
) -> EventTypes:
    """Collect the frozen dataclasses of the steps' `events` modules; a name used twice raises ValueError."""
    classes: dict[str, type] = {}
    for module in modules:
        for thing in vars(module).values():
            if isinstance(thing, type) and is_dataclass(thing) and thing.__module__ == module.__name__:
                if thing.__name__ in classes:
                    raise ValueError(f"two facts are called {thing.__name__}")
                classes[thing.__name__] = thing
    told = {cls: translation for table in translations for cls, translation in table.items()}
    return EventTypes(classes, upcasters or {}, told)


def partition_of(unit: str, partitions: int) -> int:
    """Return the partition of everything about a unit: CRC-32 (ISO 3309) of its code, the same in every service."""
    return crc32(unit.encode()) % partitions
