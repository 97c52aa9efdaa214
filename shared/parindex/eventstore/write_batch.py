"""The rows of one write to the log, and the decision of each append on them. Pure, but for the nonces.

`eventstore.writing` reads the heads that a batch begins with, and writes its rows in one transaction.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from parindex.canonical import canonical
from parindex.eventstore.appending import Append, Appended, Decided, KeyReusedError, StreamHead, Undecided
from parindex.eventstore.entries import FIRST, PROFILE, Entry, digest_of, encode_entry
from parindex.eventstore.registry import EventTypes
from parindex.instant import instant

Outcome = Appended | Undecided | Exception
"""The outcome of one append. A refusal, or an error in its decision, does not affect the other appends."""

LogRow = tuple[int, str, int, str, int | None, bytes, datetime]
"""The columns of `events`, as `eventstore.writing` names them."""

NEW = StreamHead(0)
"""The head of a stream without events."""


@dataclass(slots=True)
class WriteBatch:
    """The rows of one write, collected append by append. `hash` is that of the newest entry, written or not."""

    origin: str
    partitions: int
    position: int
    at: datetime  # the time of recording: never before that of an earlier entry, even if the clock went back
    heads: dict[str, StreamHead]
    answered: dict[str, Mapping[str, Any]]
    nonces: Iterator[str]
    hash: str = FIRST
    earlier: str = ""  # the seal of the entries of profile 1, until an entry holds it
    events: list[LogRow] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    commands: list[tuple[str, bytes, int, int, bytes]] = field(default_factory=list)
    sealed: list[tuple[str, bytes, bytes, str, int]] = field(default_factory=list)
    published: dict[int, int] = field(default_factory=dict)  # the newest published position of each partition
    recorded_at: str = field(init=False)

    def __post_init__(self) -> None:
        self.recorded_at = instant(self.at)


class Chained(msgspec.Struct, frozen=True):
    """The rows of one append, and the hash of the last one."""

    rows: list[LogRow]
    hash: str


def origin_of(installation: str, source: str) -> str:
    """Return the `origin` of the entries in an installation's log of this source."""
    return f"{installation}/{source}"


def decide_append(batch: WriteBatch, types: EventTypes, append: Append) -> Outcome:
    """Decide one append on the state of the write batch, and add its rows; return an error of its decision."""
    try:
        if repeated := _answer_again(batch, append):
            return repeated
        head = batch.heads.get(append.stream, NEW)
        read = [batch.heads.get(name, NEW) for name in append.reads] if append.reads else ()
        decided = append.decide(head, *read)
        if isinstance(decided, Undecided):
            return decided
        chained = _chain(batch, types, append, head, decided)
    except Exception as error:  # noqa: BLE001  # the batcher, or the caller, raises it to this append's caller
        return error
    return _enter(batch, append, head, decided, chained)


def _answer_again(batch: WriteBatch, append: Append) -> Appended | None:
    idempotency = append.metadata.idempotency
    row = batch.answered.get(idempotency.key) if idempotency else None
    if row is None or idempotency is None:
        return None
    if not idempotency.means(row["request_hash"]):
        raise KeyReusedError
    return Appended(row["first"], row["last"], 0, answer=row["answer"] or b"", repeated=True)


def _chain(batch: WriteBatch, types: EventTypes, append: Append, head: StreamHead, decided: Decided) -> Chained:
    """Make the entries of one append, each with the hash of the one before; the write batch is not changed."""
    metadata, previous, earlier = append.metadata, batch.hash, batch.earlier
    rows: list[LogRow] = []
    for step, fact in enumerate(decided.facts, start=1):
        cls, position, version = type(fact), batch.position + step, head.version + step
        entry = Entry(  # with more than 15 keywords Python would build a dict first, which takes 4 times as long
            profile=PROFILE, v=types.schema(cls), origin=batch.origin, nonce=next(batch.nonces), type=cls.__name__,
            stream=append.stream, version=version, authority=metadata.authority, actor=metadata.actor,
            occurred_at=metadata.at, correlation=metadata.correlation, data=msgspec.Raw(canonical(fact)),
            position=position, recorded_at=batch.recorded_at, previous=previous,
        )  # fmt: skip
        if metadata.causation or metadata.via or earlier:
            entry = replace(entry, causation=metadata.causation, via=metadata.via, earlier=earlier)
        partition, raw = types.partition(fact, batch.partitions), encode_entry(entry)
        rows.append((position, append.stream, version, entry.type, partition, raw, batch.at))
        previous, earlier = digest_of(raw), ""
    return Chained(rows, previous)


def nonces(at_once: int) -> Iterator[str]:
    """Yield 16 random bytes for each event, drawn for many events at once, because each draw is a system call."""
    while True:
        drawn = secrets.token_bytes(16 * at_once)
        for start in range(0, len(drawn), 16):
            yield urlsafe_b64encode(drawn[start : start + 16])[:-2].decode()  # without the padding


def _enter(
    batch: WriteBatch,
    append: Append,
    head: StreamHead,
    decided: Decided,
    chained: Chained,
) -> Appended:
    rows = chained.rows
    first, last, version = batch.position + 1, batch.position + len(rows), head.version + len(rows)
    batch.position, batch.hash = last, chained.hash
    batch.earlier = "" if rows else batch.earlier
    batch.events += rows
    for row in rows:
        if row[4] is not None:
            batch.published[row[4]] = row[0]
    state = head.state if decided.state is None else decided.state
    batch.heads[append.stream] = StreamHead(version, state)
    if rows or decided.state is not None:
        batch.moved.add(append.stream)
    if idempotency := append.metadata.idempotency:
        answer = {"request_hash": idempotency.request_hash, "first": first, "last": last, "answer": append.answer}
        batch.answered[idempotency.key] = answer
        batch.commands.append((idempotency.key, idempotency.request_hash, first, last, append.answer))
    batch.sealed += [(s.commitment, s.salt, s.content, s.media_type, last) for s in append.metadata.sealed]
    return Appended(first, last, version, tuple(decided.facts), append.answer, state=decided.after)
