"""The texts of a stream: which commitments its events hold, what the vault has for them, and how that is shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assessment.opening.events import RoundReopened
from assessment.scheduling.events import PlanItemMarked, PlanNoteErased
from assessment.self_scoring.events import (
    AppraisalExtended,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    CriterionReferred,
    CutExplained,
    DifficultiesStated,
    ExplanationEnded,
    FileErased,
    FileUploaded,
    PartReturned,
    SelfScoreReturned,
    SelfScoringExtended,
    TextErased,
)
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from parindex.eventstore.vault import Opened, Opening, commitments_of, open_sealed


@dataclass(frozen=True, slots=True)
class Erasure:
    """When a text was erased, by whom (an id), why, and the entry that says so."""

    at: str
    by: str
    reason: str
    position: int


@dataclass(frozen=True, slots=True)
class SealedText:
    """A text behind a commitment, and the entries that hold the commitment.

    `text` and `salt` (hex) are there where `opening` is `verified`: then the commitment is `domain`, a colon, and in
    hex HMAC-SHA-256 with the salt as key over `domain`, a zero byte and the text in UTF-8.
    """

    commitment: str
    domain: str
    positions: list[int]
    opening: Opening
    text: str
    salt: str
    erasure: Erasure | None


def commitments_in(fact: object) -> Iterator[str]:
    """Yield the commitments that an event of a sheet, of a unit's files, of a round or of a plan holds."""
    match fact:
        case ClaimEntered() | CutExplained():
            yield from filter(None, (fact.explanation, *(document.title for document in fact.evidence)))
        case ClaimUpheld() | ClaimCorrected():
            yield from filter(None, (fact.comment,))
        case DifficultiesStated():
            yield from filter(None, (fact.text,))
        case PlanItemMarked():
            yield from filter(None, (fact.note,))
        case SelfScoreReturned() | PartReturned():
            yield fact.note
        case FileUploaded():
            yield fact.name
        case FileErased() | SelfScoringExtended() | AppraisalExtended() | RoundReopened() | ExplanationEnded():
            yield fact.reason
        case CriterionReferred():
            yield fact.reason


async def texts_in(log: Log, *streams: str) -> list[SealedText]:
    """Return every text of some streams in the order in which they came, each checked against its commitment."""
    positions: dict[str, list[int]] = {}
    for recorded in [each for stream in streams for each in await log.read_stream(stream)]:
        for commitment in commitments_of(recorded.entry):
            positions.setdefault(commitment, []).append(recorded.position)
    opened = await open_sealed(log, list(positions))
    erasures = {one.commitment: await _erasure(log, one) for one in opened.values() if one.opening is Opening.ERASED}
    return [_sealed(opened[one], at, erasures.get(one)) for one, at in positions.items()]


async def shown_texts(log: Log, commitments: Sequence[str]) -> Mapping[str, str]:
    """Return the text behind each commitment, or words that say who erased it and why."""
    opened = await open_sealed(log, commitments)
    return {one.commitment: await _shown(log, one) for one in opened.values()}


async def verified_texts(log: Log, commitments: Sequence[str]) -> Mapping[str, str]:
    """Return the texts behind those commitments that open."""
    opened = await open_sealed(log, commitments) if commitments else {}
    return {one.commitment: one.text for one in opened.values() if one.opening is Opening.VERIFIED}


async def _shown(log: Log, opened: Opened) -> str:
    if opened.opening is not Opening.ERASED:
        return opened.shown
    erasure = await _erasure(log, opened)
    return f"{opened.shown[:-1]} Người xóa, by: {erasure.by}; lý do, reason: {erasure.reason}]"


async def _erasure(log: Log, opened: Opened) -> Erasure:
    recorded = await _event_at(log, opened.erased_position)
    fact: TextErased | PlanNoteErased = recorded.fact
    reason = (await open_sealed(log, [fact.reason]))[fact.reason]
    return Erasure(opened.erased_at, recorded.entry.actor, reason.shown, recorded.position)


async def _event_at(log: Log, position: int) -> Recorded:
    [recorded] = await log.read_after(position - 1, 1)
    return recorded


def _sealed(opened: Opened, positions: list[int], erasure: Erasure | None) -> SealedText:
    domain = opened.commitment.rpartition(":")[0]
    return SealedText(opened.commitment, domain, positions, opened.opening, opened.text, opened.salt, erasure)
