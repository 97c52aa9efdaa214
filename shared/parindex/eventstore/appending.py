"""Appends: the request to append to a stream, its metadata, its result and its refusals.

An append carries its own decision, which runs inside the transaction that locks the head of the log: it gets the
stream's present version and state, so a hot stream needs no fold and causes no conflicts.

StreamHead, Decided, Append and Appended are msgspec Structs: creating a frozen dataclass of four fields, with slots,
took 9 to 13 times as long as creating such a Struct (Python 3.11).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from parindex.refusal import Kind, Refused


class StreamHead(msgspec.Struct, frozen=True):
    """The version and stored state of a stream: version 0 and no state before its first event."""

    version: int
    state: bytes | None = None


class Decided(msgspec.Struct, frozen=True):
    """The events to append, and the stream's encoded state after them (None leaves the stored one unchanged).

    `after` is that state before it was encoded, for `Appended.state`.
    """

    facts: Sequence[Any]
    state: bytes | None = None
    after: Any = None


class Undecided:
    """Base class of the result of a decision that needs more input.

    Nothing is written, and the idempotency key stays unused. The caller reads the data that the subclass names, and
    executes the command again.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """Personal content for the vault: the event holds only `commitment`, an HMAC of `content` under `salt`."""

    commitment: str
    salt: bytes
    content: bytes
    media_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's idempotency key for one command, and the hash of the request, by which a retry is recognised.

    `former_hash` is the hash that versions before decision 0021 stored for the same bytes, for retries across the
    upgrade.
    """

    key: str
    request_hash: bytes
    former_hash: bytes = b""

    def means(self, stored: bytes) -> bool:
        """Return whether the hash that is stored under the key is that of this request."""
        return stored in (self.request_hash, self.former_hash or self.request_hash)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of events: actor, time, authority, correlation and causation. `actor` is an account's id, no name.

    `via` is the key or account that acted on the actor's behalf, such as the operator's key; empty without one.
    """

    actor: str
    at: str
    authority: str
    correlation: str
    causation: str = ""
    idempotency: Idempotency | None = None
    sealed: Sequence[Sealed] = ()
    via: str = ""


class Append(msgspec.Struct, frozen=True):
    """A request to append to one stream. `decide` may raise Refused; `weight` is the expected number of events.

    `decide` may return Undecided; then nothing is written, and `Log.try_append` returns it.
    `reads` names other streams that the decision depends on: `decide` gets their heads, in this order, after its own.
    """

    stream: str
    metadata: Metadata
    decide: Callable[..., Decided | Undecided]
    weight: int = 1
    answer: bytes = b""
    reads: tuple[str, ...] = ()


class Appended(msgspec.Struct, frozen=True):
    """The result of an append: its positions (first > last without events). `repeated`: it is the stored result.

    `state` is the stream's state after it, where `decide_at_head` decided; None in a stored result.
    """

    first: int
    last: int
    version: int
    facts: tuple[Any, ...] = ()
    answer: bytes = b""
    repeated: bool = False
    state: Any = None


class StreamMovedError(Refused):
    """The stream is no longer at the version that the decision was based on."""

    code = "stream-moved"
    kind = Kind.STALE
    vi = "{stream} đang ở phiên bản {present}, không phải {expected}: người khác đã sửa. Hãy tải lại rồi thử lại."
    en = "{stream} is at version {present}, not {expected}: somebody changed it. Load it again."

    stream: str
    expected: int
    present: int


def if_still(
    stream: str, version: int, facts: Sequence[Any], state: bytes | None = None
) -> Callable[[StreamHead], Decided]:
    """Return a decision for `Append.decide`: these events, if the stream is at this version; else StreamMovedError."""

    def decide(head: StreamHead) -> Decided:
        if head.version != version:
            raise StreamMovedError(stream, version, head.version)
        return Decided(facts, state)

    return decide


class StreamBusyError(Refused):
    """Other processes moved the stream each time between reading it and appending to it; nothing was written."""

    code = "stream-busy"
    kind = Kind.UNAVAILABLE
    retry_after = 1
    vi = "Nhiều người đang cùng ghi vào {stream}; chưa ghi gì. Hãy gửi lại cùng yêu cầu sau giây lát."
    en = "Others write to {stream} at the same time; nothing was written. Send the same request again in a moment."

    stream: str


class KeyReusedError(Refused):
    """An idempotency key came back with another request."""

    code = "idempotency-key-reused"
    kind = Kind.CONFLICT
    advice = (
        "Yêu cầu mới thì đặt khóa mới; gửi lại yêu cầu cũ thì giữ nguyên cả khóa và nội dung.",
        "Give a new request a new key; a retry keeps its key and its body.",
    )
    vi = "Idempotency-Key này đã dùng cho một yêu cầu khác."
    en = "This Idempotency-Key was used for another request before."


class LogBusyError(Refused):
    """More is waiting to be appended than the log takes; try again in a moment."""

    code = "log-busy"
    kind = Kind.TOO_MANY
    vi, en = "Hệ thống đang bận, hãy thử lại sau giây lát.", "The log is busy; try again in a moment."


class StorageFullError(Refused):
    """The database has no room left; nothing was written."""

    code = "storage-full"
    kind = Kind.UNAVAILABLE
    vi = "Chưa ghi gì: đĩa của cơ sở dữ liệu đã đầy. Hãy báo người quản trị rồi gửi lại sau."
    en = "Nothing was written: the database's disk is full. Tell the administrator, and send it again later."


class NotWrittenError(Refused):
    """The database refused to write; nothing was written."""

    code = "not-written"
    kind = Kind.UNAVAILABLE
    vi = "Chưa ghi gì: cơ sở dữ liệu báo lỗi; hãy gửi lại sau."
    en = "Nothing was written: the database reports an error; send it again later."


class OutcomeUnknownError(Refused):
    """The database went away while an append was under way: it may or may not have been written."""

    code = "outcome-unknown"
    kind = Kind.UNAVAILABLE
    vi = "Chưa rõ yêu cầu đã được ghi hay chưa; hãy gửi lại với cùng Idempotency-Key."
    en = "It is not known whether this was written; send it again with the same Idempotency-Key."
