"""Compares the inputs that scoring's log has recorded with the entries of assessment and survey that they name. Pure.

One pass over scoring's copied feed, then one over that of each source. Memory: a hash for each input.
"""

import hashlib
from collections.abc import Iterator, Mapping
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

_lines = msgspec.json.Decoder(FeedLine)
SOURCES: Mapping[str, str] = {
    "ClaimsReceived": "assessment",
    "FindingsReceived": "assessment",
    "TallyReceived": "survey",
}
TALLIED = ("question", "group", "origin", "counts", "score", "out_of", "covers")


@dataclass(frozen=True, slots=True)
class _Received:
    """An input: its place in scoring's log, its unit, and the hash of its content."""

    at: str
    unit: str
    content: bytes


def check_inputs(services: Mapping[str, Service], copy: Copy) -> list[Discrepancy]:
    """Return the inputs that are not what their source says (C6).

    An input of another epoch of its source, and one of an entry after the copied ones, is not compared.
    """
    found = Discrepancies()
    wanted = _received(services["scoring"].types, copy)
    for source, inputs in wanted.items():
        for recorded in _events(services[source].types, copy, source, at=inputs):
            content = _content_of_contract(services[source].types, recorded)
            for each in inputs[recorded.position]:
                found.unless(
                    each.content == content, "C6", each.at,
                    f"{each.unit}: không phải điều bản ghi {source}/{recorded.position} nói",
                    f"{each.unit}: not what the entry {source}/{recorded.position} says",
                )  # fmt: skip
    return found.all()


def _received(types: EventTypes, copy: Copy) -> dict[str, dict[int, list[_Received]]]:
    """Return the inputs by source and position; pieces of one input are one."""
    wanted: dict[str, dict[int, list[_Received]]] = {source: {} for source in SOURCES.values()}
    epochs = {source: copy.statement(source).epoch for source in wanted}
    parts: dict[str, list[Any]] = {}
    for recorded in _events(types, copy, "scoring", frozenset(SOURCES)):
        fact, source = recorded.fact, SOURCES[recorded.entry.type]
        if fact.epoch != epochs[source]:
            continue
        if source == "survey":
            content = [getattr(fact, name) for name in TALLIED]
        else:
            held = parts.setdefault(recorded.stream, [])
            held += fact.claims if recorded.entry.type == "ClaimsReceived" else fact.findings
            if fact.piece < fact.pieces:
                continue
            content = parts.pop(recorded.stream)
        received = _Received(
            f"scoring/{recorded.position}", fact.unit, _digest(recorded.entry.type, fact.round, fact.unit, content)
        )
        wanted[source].setdefault(fact.position, []).append(received)
    return wanted


def _content_of_contract(types: EventTypes, recorded: Recorded) -> bytes:
    """Return the hash of what scoring should have received; none of an entry that it receives nothing from."""
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
            return b""


def _digest(kind: str, round_id: str, unit: str, content: list[Any]) -> bytes:
    return hashlib.sha256(msgspec.json.encode([kind, round_id, unit, content])).digest()


def _events(
    types: EventTypes,
    copy: Copy,
    name: str,
    wanted: frozenset[str] | None = None,
    at: Mapping[int, object] | None = None,
) -> Iterator[Recorded]:
    """Yield the shown events of some types, or at some positions. What cannot be read is left out: L02 reports it."""
    for raw in copy.lines(name):
        try:
            line = _lines.decode(raw)
            if not line.entry or (at is not None and line.position not in at):
                continue
            entry = decode_entry(bytes(line.entry))
            if wanted is None or entry.type in wanted:
                yield Recorded(line.position, entry, types.decode(entry))
        except UNREADABLE:
            continue
