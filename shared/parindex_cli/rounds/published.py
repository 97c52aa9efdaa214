"""Reads an announced edition from publication's public API, without trusting it: every answer is checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import httpx
import msgspec

from parindex.contracts.scoring import SourcePosition
from parindex.contracts.unknown import EditionUnknownError
from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.importing import UNREADABLE
from parindex.reasons import reason
from parindex.refusal import Kind, Refused
from parindex.wording import Wording

SOURCES = frozenset(("assessment", "survey"))
LARGEST_EPOCH = 2**31 - 1


class EditionUnreadableError(Refused):
    """What the publisher says of an edition makes no sense: nothing can be held against it."""

    code = "edition-unreadable"
    kind = Kind.CONFLICT
    vi = "Không đọc được ấn bản đã công bố của đợt {round_id}: {why}."
    en = "The announced edition of {round_id} cannot be read: {why}."

    round_id: str
    why: str | Wording


class RoundNotPublishedError(Refused):
    """The publisher knows no such round, or none with a public result."""

    code = "unknown-published-round"
    kind = Kind.UNKNOWN
    vi = "Hệ thống này không biết đợt “{round_id}” nào đã công bố kết quả; hãy xem lại mã đợt."
    en = "No round “{round_id}” with a published result is known to this system; check the round's id."

    round_id: str


class Listed(msgspec.Struct, frozen=True):
    """An edition in the publisher's list."""

    edition: int
    checksum: str
    vector: list[SourcePosition]


class Editions(msgspec.Struct, frozen=True):
    """The publisher's list of a round's editions."""

    editions: list[Listed]


class Owned(msgspec.Struct, frozen=True):
    """The header of a snapshot: the round's authority, and the edition (absent before version 2)."""

    authority: str
    v: int = 1
    edition: int = 0
    supersedes: str = ""


_editions = msgspec.json.Decoder(Editions)
_owned = msgspec.json.Decoder(Owned)


@dataclass(frozen=True, slots=True)
class Edition:
    """An announced edition as published; `before` is the checksum of the previous edition, if it is listed."""

    round: str
    number: int
    checksum: str
    vector: tuple[SourcePosition, ...]
    snapshot: bytes
    before: str = ""


async def published_edition(publication: httpx.AsyncClient, round_id: str, number: int | None) -> Edition:
    """Read an announced edition, by default the newest.

    Raises RoundNotPublishedError, EditionUnknownError, EditionUnreadableError.
    """
    answer = await publication.get(f"/v1/rounds/{round_id}/editions")
    if answer.is_error and answer.status_code != HTTPStatus.NOT_FOUND:
        status = f"HTTP {answer.status_code}"
        raise EditionUnreadableError(round_id, status)
    try:
        editions = _editions.decode(answer.content).editions if answer.is_success else []
    except UNREADABLE as error:
        why = Wording("danh sách sai ({why})", "the list is wrong ({why})").of(why=reason(error))
        raise EditionUnreadableError(round_id, why) from error
    if not editions:
        raise RoundNotPublishedError(round_id)
    wanted = [edition for edition in editions if number is None or edition.edition == number]
    if not wanted:
        raise EditionUnknownError(number, max(each.edition for each in editions))
    newest = max(wanted, key=lambda edition: edition.edition)
    _check_vector(round_id, newest.vector)
    snapshot = await publication.get(f"/v1/rounds/{round_id}/editions/{newest.edition}/snapshot")
    if snapshot.is_error:
        status = f"HTTP {snapshot.status_code}"
        raise EditionUnreadableError(round_id, status)
    before = next((each.checksum for each in editions if each.edition == newest.edition - 1), "")
    return Edition(round_id, newest.edition, newest.checksum, tuple(newest.vector), snapshot.content, before)


def header_differences(edition: Edition) -> list[Discrepancy]:
    """Return the differences between the snapshot's header and the public list: edition number, previous edition."""
    try:
        header = _owned.decode(edition.snapshot)
    except UNREADABLE:
        return []  # unreadable: the check of its checksum reports it
    found, at = Discrepancies(), f"{edition.round}/{edition.number}"
    if header.v > 1:
        number, before = (header.edition, edition.number), (header.supersedes, edition.before or header.supersedes)
        for vi, en, (sealed, listed) in (("số ấn bản", "number", number), ("ấn bản trước", "edition before", before)):
            found.unless(
                sealed == listed, "P2", at,
                f"bản chụp ghi {vi} là {sealed}, danh sách công bố ghi {listed}",
                f"the snapshot says that its {en} is {sealed}, the published list says {listed}",
            )  # fmt: skip
    return list(found.all())


def authority_of(edition: Edition) -> str:
    """Return the round's authority from the published bytes. Raises EditionUnreadableError."""
    try:
        return _owned.decode(edition.snapshot).authority
    except UNREADABLE as error:
        why = Wording("bản chụp sai ({why})", "bad snapshot ({why})").of(why=reason(error))
        raise EditionUnreadableError(edition.round, why) from error


def _check_vector(round_id: str, vector: Sequence[SourcePosition]) -> None:
    """Raise EditionUnreadableError for a vector with an unknown source, a repeated one, or an invalid position."""
    names = [at.source.rpartition("/")[2] for at in vector]
    if not set(names) <= SOURCES or len(set(names)) < len(names):
        named = ", ".join(names)
        raise EditionUnreadableError(round_id, Wording(f"véc-tơ vị trí nêu tên {named}", f"its vector names {named}"))
    if any(at.position < 0 or not 0 < at.epoch <= LARGEST_EPOCH for at in vector):
        raise EditionUnreadableError(round_id, Wording("véc-tơ vị trí không hợp lệ", "its vector has no positions"))
