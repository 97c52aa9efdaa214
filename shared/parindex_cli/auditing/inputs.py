"""Compares the inputs that scoring's log has recorded with the entries of assessment and survey that they name.

One pass over scoring's copied feed, then one over that of each source. Memory: a hash for each input.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from parindex.contracts.assessment import AppraisalCompleted, SelfScoreSubmitted, SelfScoreWithdrawn
from parindex.contracts.survey import TallyUpdated
from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.entries import decode_entry
from parindex.eventstore.importing import FeedLine
from parindex.eventstore.registry import EventTypes, Recorded
from parindex.eventstore.verifying import UNREADABLE
from parindex.service import Service
from parindex_cli.auditing.copying import Copy


class _Place(msgspec.Struct):
    position: int


_lines = msgspec.json.Decoder(FeedLine)
_places = msgspec.json.Decoder(_Place)
FIRST_EPOCH = 1
NOTHING = b""
"""The digest of an entry from which scoring receives nothing."""
HIDDEN = b"?"
"""The digest of an entry that the auditor may not read, or that cannot be read."""
SOURCES: Mapping[str, str] = {
    "ClaimsReceived": "assessment",
    "FindingsReceived": "assessment",
    "TallyReceived": "survey",
}
NAMES: Mapping[str, tuple[str, str]] = {
    "ClaimsReceived": ("số liệu tự chấm", "claims"),
    "FindingsReceived": ("kết quả thẩm định", "findings"),
}
TALLIED = ("question", "group", "origin", "counts", "score", "out_of", "covers")


@dataclass(frozen=True, slots=True)
class ComparedInputs:
    """The discrepancies of C6, and by source how many inputs could not be compared."""

    discrepancies: list[Discrepancy]
    uncompared: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Received:
    """An input: its place in scoring's log, its epoch, the digest of its content, and its unit and name to report."""

    at: str
    epoch: int
    digest: bytes
    vi: str
    en: str


def check_inputs(services: Mapping[str, Service], copy: Copy) -> ComparedInputs:
    """Compare the inputs with their sources (C6).

    A source is copied after scoring, so the copy has every entry that scoring received in the present epoch. An entry
    of an earlier epoch may have been lost in a restore: such an input is only counted, unless it equals the entry at
    its position. An input whose entry is hidden or unreadable is counted too.
    """
    found = Discrepancies()
    wanted = _received(services["scoring"].types, copy, found)
    uncompared: dict[str, int] = {}
    for source, inputs in wanted.items():
        epoch = copy.statement(source).epoch
        for position, digest in _published(services[source].types, copy, source, inputs):
            for each in inputs[position]:
                if digest == each.digest and FIRST_EPOCH <= each.epoch <= epoch:
                    continue
                if digest == HIDDEN or FIRST_EPOCH <= each.epoch < epoch:
                    uncompared[source] = uncompared.get(source, 0) + 1
                    continue
                named = f"{source}/{position} (%s {each.epoch})"
                found.add(
                    "C6", each.at,
                    f"{each.vi}: không phải điều bản ghi {named % 'kỷ nguyên'} nói",
                    f"{each.en}: not what the entry {named % 'epoch'} says",
                )  # fmt: skip
    return ComparedInputs(found.all(), uncompared)


def _received(types: EventTypes, copy: Copy, found: Discrepancies) -> dict[str, dict[int, list[_Received]]]:
    """Return the inputs by source and position; pieces of one input are one."""
    wanted: dict[str, dict[int, list[_Received]]] = {source: {} for source in SOURCES.values()}
    parts: dict[str, list[Any]] = {}
    for raw in copy.lines("scoring"):
        recorded = _recorded(types, raw)
        if recorded is None or recorded.entry.type not in SOURCES:
            continue
        fact, kind = recorded.fact, recorded.entry.type
        if kind == "TallyReceived":
            content, (vi, en) = [getattr(fact, name) for name in TALLIED], (fact.question, fact.question)
        else:
            vi, en = NAMES[kind]
            held = parts.setdefault(recorded.stream, [])
            held += fact.claims if kind == "ClaimsReceived" else fact.findings
            if fact.piece < fact.pieces:
                continue
            content = parts.pop(recorded.stream)
        digest = _digest(kind, fact.round, fact.unit, content)
        received = _Received(
            f"scoring/{recorded.position}", fact.epoch, digest, f"{fact.unit}, {vi}", f"{fact.unit}, {en}"
        )
        wanted[SOURCES[kind]].setdefault(fact.position, []).append(received)
    for stream in parts:
        found.add("C6", f"scoring: {stream}", "thiếu phần cuối của số liệu", "the last piece of an input is missing")
    return wanted


def _published(types: EventTypes, copy: Copy, source: str, at: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the digest of what each of these entries published; of an entry that the log does not have, none."""
    absent = set(at)
    for raw in copy.lines(source):
        position = _position(raw)
        if position in absent:
            absent.remove(position)
            recorded = _recorded(types, raw)
            yield position, _published_digest(types, recorded) if recorded else HIDDEN
    for position in sorted(absent):
        yield position, NOTHING


def _published_digest(types: EventTypes, recorded: Recorded) -> bytes:
    """Return the digest of what scoring should have received from an entry."""
    translation = types.translations.get(type(recorded.fact))
    match translation.contract(recorded) if translation else None:
        case SelfScoreSubmitted(round=round_id, unit=unit, claims=claims):
            return _digest("ClaimsReceived", round_id, unit, claims)
        case SelfScoreWithdrawn(round=round_id, unit=unit):
            return _digest("ClaimsReceived", round_id, unit, [])
        case AppraisalCompleted(round=round_id, unit=unit, findings=findings):
            return _digest("FindingsReceived", round_id, unit, findings)
        case TallyUpdated() as tally:
            return _digest("TallyReceived", tally.round, tally.unit, [getattr(tally, name) for name in TALLIED])
        case _:
            return NOTHING


def _digest(kind: str, round_id: str, unit: str, content: list[Any]) -> bytes:
    return hashlib.sha256(msgspec.json.encode([kind, round_id, unit, content])).digest()


def _position(raw: bytes) -> int:
    """Return the position of a line; 0 if it cannot be read."""
    try:
        return _places.decode(raw).position
    except UNREADABLE:
        return 0


def _recorded(types: EventTypes, raw: bytes) -> Recorded | None:
    """Return the event of a line; none if it is hidden or cannot be read, which L02 reports."""
    try:
        line = _lines.decode(raw)
        if not line.entry:
            return None
        entry = decode_entry(bytes(line.entry))
        return Recorded(line.position, entry, types.decode(entry))
    except UNREADABLE:
        return None
