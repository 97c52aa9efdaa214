"""Untranslated entries: an entry that cannot become its contract stops its partition, visibly; the others go on.

Consumers apply a partition strictly in order, so the relay skips nothing: the events behind the entry wait. The cause
is a defect of the program, and a program that translates the entry goes on by itself (docs/decisions/0015).
"""

from collections.abc import Sequence

import asyncpg
import msgspec
import structlog

from parindex.bus.envelopes import envelope
from parindex.bus.message import Envelope
from parindex.eventstore.entries import decode_entry
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Untranslated
from parindex.refusal import Kind, Refused

UNKNOWN = "?"
"""The type of an entry that cannot be read at all."""

logger = structlog.stdlib.get_logger(__name__)


class EntryUntranslatedError(Refused):
    """The next contract of a partition cannot be made from its entry; those behind it wait."""

    code = "entry-untranslated"
    kind = Kind.UNAVAILABLE
    advice = ("Cài bản chương trình đã sửa, rồi đọc lại.", "Install a corrected program, then read again.")
    vi = (
        "Chương trình không chuyển được bản ghi {entry} thành thông điệp; phân vùng này dừng ở đó, "
        "không bỏ sót bản ghi nào. Hãy cài bản chương trình đã sửa; việc gửi tự tiếp tục."
    )
    en = (
        "The program cannot make a contract from entry {entry}; this partition stops there, "
        "and nothing is left out. Install a corrected program; publishing then goes on by itself."
    )

    entry: str


def until_untranslated(log: Log, rows: Sequence[asyncpg.Record]) -> tuple[list[Envelope], Untranslated | None]:
    """Translate rows in order; return the contracts before the first that fails, and that entry if there is one."""
    events: list[Envelope] = []
    for row in rows:
        try:
            events.append(envelope(log, log.recorded(row)))
        except Exception as error:  # noqa: BLE001  # any error of a translation may stop only its partition
            return events, _noted(log, row, error)
        log.untranslated.pop(row["position"], None)
    return events, None


def _noted(log: Log, row: asyncpg.Record, error: Exception) -> Untranslated:
    """Store the entry for readiness, and log it once; an error's text may hold data, so only its name is stored."""
    found = Untranslated(log.origin, row["position"], _type_of(row), type(error).__name__)
    if log.untranslated.get(found.position) != found:
        log.untranslated[found.position] = found
        logger.error(
            "entry_untranslated", source=found.origin, position=found.position, type=found.type, error=found.error
        )
    return found


def _type_of(row: asyncpg.Record) -> str:
    try:
        return decode_entry(row["entry"]).type
    except msgspec.MsgspecError:
        return UNKNOWN
