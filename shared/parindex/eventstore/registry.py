"""The registry of a service's event types: class to type name and back, with upcasters and translations.

An event is a frozen dataclass in a step's `events.py`; its class name is its type forever. When its fields change, it
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
    """Upcast an event whose next version only adds fields with defaults: its data is unchanged."""
    return data


EVERY_PARTITION = -1
"""The partition of an event that is published to all of them: events about a whole round, sets, closings."""


class UnknownEventError(Exception):
    """An entry has a type or a schema version that this program does not know: an older program reads a newer log."""


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event with its position and its entry. `raw` is the exact bytes of the entry."""

    position: int
    entry: Entry
    fact: Any
    raw: bytes = b""

    @property
    def stream(self) -> str:
        """The stream of the event, such as `kiosk-k1`."""
        return self.entry.stream

    @property
    def sha256(self) -> str:
        """The SHA-256 of the entry's exact bytes, in hex; empty for an event that was never in a log."""
        return digest_of(self.raw) if self.raw else ""

    @property
    def at(self) -> str:
        """When the entry was recorded; entries of the first profile have only the time of their event."""
        return self.entry.recorded_at or self.entry.occurred_at


@dataclass(frozen=True, slots=True)
class Untranslated:
    """An entry from which this program cannot make its contract. `error` is the name of the error only."""

    origin: str
    position: int
    type: str
    error: str

    @property
    def line(self) -> str:
        """The entry in a few words, without its data: `source/17 TypeName (KeyError)`."""
        return f"{self.origin}/{self.position} {self.type} ({self.error})"


@dataclass(frozen=True, slots=True)
class Translation:
    """The translation of a private event into its contract. `about` returns the unit's code; None: every partition."""

    contract: Callable[[Recorded], Contract]
    about: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class EventTypes:
    """The event types of one service, with upcasters `(type, n) -> n + 1` and translations of the published ones."""

    classes: Mapping[str, type]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict)
    translations: Mapping[type, Translation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_decoders", {name: msgspec.json.Decoder(cls) for name, cls in self.classes.items()})
        object.__setattr__(self, "_direct", set(self._read_directly()))
        object.__setattr__(self, "_schemas", {cls: int(getattr(cls, "SCHEMA", 1)) for cls in self.classes.values()})

    def schema(self, cls: type) -> int:
        """Return the present schema version of an event class; raise KeyError for an unknown class."""
        version: int = self._schemas[cls]  # type: ignore[attr-defined]
        return version

    def partition(self, fact: Any, partitions: int) -> int | None:
        """Return the partition in which an event is published, EVERY_PARTITION, or None for a private event."""
        translation = self.translations.get(type(fact))
        if translation is None:
            return None
        return EVERY_PARTITION if translation.about is None else partition_of(translation.about(fact), partitions)

    def decode(self, entry: Entry) -> Any:
        """Decode an entry's event, upcast to the present schema; raise UnknownEventError, msgspec.ValidationError."""
        cls = self.classes.get(entry.type)
        if cls is None:
            raise UnknownEventError(f"{entry.origin}: no event type {entry.type}")
        if (entry.type, entry.v) in self._direct:  # type: ignore[attr-defined]
            return self._decoders[entry.type].decode(entry.data)  # type: ignore[attr-defined]
        return msgspec.convert(self._lifted(entry, self.schema(cls)), cls)

    def _read_directly(self) -> Iterator[tuple[str, int]]:
        """Yield the types and schema versions whose data needs no upcaster."""
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
                raise UnknownEventError(f"{entry.type} version {entry.v} has no upcaster to version {target}")
            data = upcast(data)
        if entry.v > target:
            raise UnknownEventError(f"{entry.type} version {entry.v} is newer than this program ({target})")
        return data


def event_types(
    modules: Iterable[ModuleType],
    translations: Sequence[Mapping[type, Translation]] = (),
    upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
) -> EventTypes:
    """Collect the frozen dataclasses of the steps' `events` modules; raise ValueError for a name that is used twice."""
    classes: dict[str, type] = {}
    for module in modules:
        for thing in vars(module).values():
            if isinstance(thing, type) and is_dataclass(thing) and thing.__module__ == module.__name__:
                if thing.__name__ in classes:
                    raise ValueError(f"two event classes have the name {thing.__name__}")
                classes[thing.__name__] = thing
    published = {cls: translation for table in translations for cls, translation in table.items()}
    return EventTypes(classes, upcasters or {}, published)


def partition_of(unit: str, partitions: int) -> int:
    """Return the partition of a unit: CRC-32 (ISO 3309) of its code modulo `partitions`, the same in every service."""
    return crc32(unit.encode()) % partitions
