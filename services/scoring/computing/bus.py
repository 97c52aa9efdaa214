"""What assessment and survey tell becomes indices, in the transaction that moves the consumer's position.

What comes together is gathered first: each touched unit is decided once, on the small state of its stream. Whatever
order things come in, nothing is looked up in a log. Partition k brings what is about its own units, and computes no
others.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Envelope, Received
from parindex.contracts.assessment import (
    AppraisalCompleted,
    CriteriaSetEnacted,
    RoundClosed,
    RoundOpened,
    RoundReopened,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
)
from parindex.contracts.survey import TallyClosed, TallyUpdated
from parindex.eventstore.appending import Append
from parindex.eventstore.registry import partition_of
from scoring.computing.commands import (
    ClaimsMade,
    ComputeIndex,
    FindingsMade,
    Mark,
    NeedSet,
    News,
    PrepareRound,
    PrepareSet,
    SeeClosing,
    SeeReopening,
    TallyTaken,
)
from scoring.computing.known import Known, known_of, rounds_needing
from scoring.computing.settlement import settle, settle_what_waits
from scoring.computing.streams import index_append, round_append, set_append, waiting_append

UnitKey = tuple[str, str]

PREPARING = frozenset[type]({CriteriaSetEnacted, RoundOpened})
WATERMARKS = frozenset[type]({RoundClosed, TallyClosed, RoundReopened})


@dataclass(frozen=True, slots=True)
class Taking:
    """How a contract about a unit's scores is taken in: what a later telling replaces, and what is new."""

    about: Callable[[Any], object]
    news: Callable[[Mark, Any], News]


TAKINGS: dict[type, Taking] = {
    TallyUpdated: Taking(lambda tally: (tally.question, tally.group, tally.origin), TallyTaken),
    SelfScoreSubmitted: Taking(lambda _: ClaimsMade, lambda at, told: ClaimsMade(at, tuple(told.claims))),
    SelfScoreWithdrawn: Taking(lambda _: ClaimsMade, lambda at, _: ClaimsMade(at)),
    AppraisalCompleted: Taking(lambda _: FindingsMade, lambda at, told: FindingsMade(at, tuple(told.findings))),
}
"""A dictionary and no `match`: a rebuild asks it a million times."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What is new about one unit, and the last contract that said so."""

    news: tuple[News, ...]
    envelope: Envelope


async def on_contracts(handling: HandlerContext, received: Sequence[Received]) -> None:
    """Take contracts in: first sets and rounds, then units, then closings, which stand behind all that they cover."""
    kinds = {type(each.contract) for each in received}  # nearly always tallies alone, thousands of them
    rounds: dict[str, Envelope] = {}
    if kinds & PREPARING:
        await _append(handling, chain.from_iterable(_preparations(handling, each) for each in received))
        rounds |= await _begun(handling, received)
    await _append(handling, await _computations(handling, received, rounds))
    if kinds & WATERMARKS:
        await _append(handling, chain.from_iterable(_watermarks(handling, each) for each in received))
        rounds |= _closed(received)
    for round_id, envelope in rounds.items():
        await settle(handling, round_id, handling.metadata(envelope))


COMPUTING = Consumer("scoring.computing", 1, ("assessment", "survey"), handle=on_contracts, released=settle_what_waits)


async def _append(handling: HandlerContext, appends: Iterable[Append]) -> None:
    if wanted := list(appends):
        await handling.log.append_within(handling.connection, wanted)


def _preparations(handling: HandlerContext, received: Received) -> Iterable[Append]:
    match received.contract:
        case CriteriaSetEnacted(criteria_set=criteria_set, digest=digest):
            yield set_append(criteria_set.code, PrepareSet(criteria_set, digest), handling.metadata(received.envelope))
        case RoundOpened() as told:
            metadata = handling.metadata(received.envelope)
            command = PrepareRound(told.round, told.year, told.authority, tuple(told.blocks))
            yield round_append(told.round, command, metadata)
            for code in sorted({block.criteria_set for block in told.blocks}):
                yield set_append(code, NeedSet(code, told.round), metadata)


async def _begun(handling: HandlerContext, received: Sequence[Received]) -> dict[str, Envelope]:
    """The rounds whose units may be computable since these contracts, with the contract that made them so."""
    opened = {each.contract.round: each.envelope for each in received if isinstance(each.contract, RoundOpened)}
    enacted = {
        each.contract.criteria_set.code: each.envelope
        for each in received
        if isinstance(each.contract, CriteriaSetEnacted)
    }
    if not enacted:
        return opened
    needing = await rounds_needing(handling, enacted)
    return {round_id: enacted[code] for code, rounds in needing.items() for round_id in rounds} | opened


async def _computations(
    handling: HandlerContext, received: Sequence[Received], begun: dict[str, Envelope]
) -> Sequence[Append]:
    touched = _touched(handling, received)
    if not touched and not begun:
        return []
    known = await known_of(handling, sorted({round_id for round_id, _ in touched} | begun.keys()))
    for round_id, envelope in begun.items():
        for unit in known.units(round_id):
            if partition_of(unit, handling.log.partitions) == handling.partition:
                touched.setdefault((round_id, unit), Touched((), envelope))
    return [_computation(handling, key, what, known) for key, what in touched.items()]


def _computation(handling: HandlerContext, key: UnitKey, what: Touched, known: Known) -> Append:
    command = ComputeIndex(*key, what.news, known.place(*key))
    return index_append(command, handling.metadata(what.envelope))


def _touched(handling: HandlerContext, received: Sequence[Received]) -> dict[UnitKey, Touched]:
    """What is new about each unit. Of what is told of one thing several times, only the last is taken in."""
    newest: dict[UnitKey, dict[object, Received]] = {}
    for each in received:
        contract = each.contract
        taking = TAKINGS.get(type(contract))
        if taking is not None:
            newest.setdefault((contract.round, contract.unit), {})[taking.about(contract)] = each
    return {key: _taken_together(handling, list(last.values())) for key, last in newest.items()}


def _taken_together(handling: HandlerContext, told: Sequence[Received]) -> Touched:
    news = (TAKINGS[type(each.contract)].news((handling.epoch, each.envelope.position), each.contract) for each in told)
    last = max(told, key=lambda each: each.envelope.position)
    return Touched(tuple(news), last.envelope)


def _watermarks(handling: HandlerContext, received: Received) -> Iterable[Append]:
    match received.contract:
        case RoundClosed() | TallyClosed() as closed:
            metadata, where = handling.metadata(received.envelope), (_speaker(received), handling.partition)
            at, entry = (handling.epoch, received.envelope.position), received.envelope.entry_sha256
            yield round_append(closed.round, SeeClosing(closed.round, *where, closed.closing, at, entry), metadata)
            yield waiting_append(closed.round, metadata, waits=True)
        case RoundReopened() as reopened:
            seen = SeeReopening(reopened.round, _speaker(received), handling.partition, reopened.closing)
            yield round_append(reopened.round, seen, handling.metadata(received.envelope))


def _speaker(received: Received) -> str:
    source: str = received.contract.TYPE.partition(".")[0]
    return source


def _closed(received: Sequence[Received]) -> dict[str, Envelope]:
    return {each.contract.round: each.envelope for each in received if type(each.contract) in WATERMARKS}
