"""Queries for the list of rounds, for one of them, and for its terms for a unit."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from assessment.enacting.events import CriteriaSetEnacted
from assessment.enacting.queries import criteria_set_of, criteria_sets_of
from assessment.opening.deadlines import OF_PLAN
from assessment.opening.decisions import opening
from assessment.opening.events import stream_of
from assessment.opening.projections import rounds
from assessment.opening.state import FoundRound
from assessment.opening.terms import BlockTerms, Terms, block_terms
from assessment.registering.queries import UnitRound
from assessment.scheduling.queries import DatedRound
from parindex.auth import covers
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.unknown import RoundUnknownError, UnitUnknownError
from parindex.eventstore.log import Log
from parindex.eventstore.moments import NOW, Until


@dataclass(frozen=True, slots=True)
class ListedRound:
    """One line of the list of rounds."""

    round: str
    authority: str
    year: int
    title: str
    reference: str
    units: int
    closed: bool
    closing: int
    opened_at: str
    training: bool


async def listed_rounds(engine: AsyncEngine) -> list[ListedRound]:
    """Return all rounds, the newest first."""
    columns = [rounds.c[name] for name in ListedRound.__slots__]
    async with engine.connect() as connection:
        rows = await connection.execute(select(*columns).order_by(rounds.c.position.desc()))
        return [ListedRound(*row) for row in rows]


async def round_of(log: Log, round_id: str, until: Until = NOW) -> FoundRound:
    """Return a round from the log, as of a moment; raise RoundUnknownError, also where it was opened later."""
    recorded = [each for each in await log.read_stream(stream_of(round_id)) if until.includes(each)]
    state = opening.fold(each.fact for each in recorded)
    if state.opened is None:
        raise RoundUnknownError(round_id)
    return FoundRound(state, state.opened, recorded[-1].entry.version)


async def rounds_of(log: Log, round_ids: Iterable[str]) -> list[FoundRound]:
    """Return some rounds from the log, by one query, in this order; an unknown one is absent."""
    streams = await log.read_streams(map(stream_of, round_ids))
    states = [(opening.fold(each.fact for each in recorded), recorded) for recorded in streams.values()]
    return [FoundRound(state, state.opened, seen[-1].entry.version) for state, seen in states if state.opened]


async def rounds_with(engine: AsyncEngine, log: Log, authority: str, unit: str) -> list[UnitRound]:
    """Return the rounds of an authority, or of one below it, in which a unit takes part; the newest first.

    The list of rounds has their codes, and the log their units: two queries for any number of rounds.
    """
    codes = [each.round for each in await listed_rounds(engine) if covers(authority, each.authority)]
    return [
        UnitRound(each.opened.round, each.opened.shown_title, each.state.closed)
        for each in await rounds_of(log, codes)
        if each.state.block_and_unit(unit)
    ]


async def dated_rounds(engine: AsyncEngine, log: Log, authority: str, year: int) -> list[DatedRound]:
    """Return the rounds of an authority in a year with their deadlines, the newest first, by two queries."""
    listed = await listed_rounds(engine)
    found = await rounds_of(log, [one.round for one in listed if (one.authority, one.year) == (authority, year)])
    return [
        DatedRound(
            one.round, one.title, one.training, {name: getattr(one.deadlines, of) for name, of in OF_PLAN.items()}
        )
        for one in (each.opened for each in found)
    ]


@dataclass(frozen=True, slots=True)
class RoundNames:
    """The title of a round, and the name of each of its units by its code."""

    title: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    training: bool = False


async def names_in_rounds(log: Log, round_ids: Iterable[str]) -> Mapping[str, RoundNames]:
    """Return the names of some rounds, by one query; an unknown round has none."""
    wanted = dict.fromkeys(round_ids)
    found = {one.opened.round: one.opened for one in await rounds_of(log, wanted)}
    named = {
        code: RoundNames(
            one.shown_title, {unit.code: unit.name for block in one.blocks for unit in block.units}, one.training
        )
        for code, one in found.items()
    }
    return dict.fromkeys(wanted, RoundNames()) | named


@dataclass(frozen=True, slots=True)
class UnitInRound:
    """A unit as a round has it: its terms, the round's title, the unit's name, the criteria set and its digest."""

    terms: Terms
    title: str
    name: str
    criteria_set: CriteriaSet
    digest: str


async def terms_of(log: Log, round_id: str, unit: str) -> Terms:
    """Return what a round demands of a unit; raise RoundUnknownError, UnitUnknownError."""
    return (await unit_in_round(log, round_id, unit)).terms


async def unit_in_round(log: Log, round_id: str, unit: str, until: Until = NOW) -> UnitInRound:
    """Return a unit as a round has it, as of a moment; raise RoundUnknownError, UnitUnknownError."""
    found = await round_of(log, round_id, until)
    place = found.state.block_and_unit(unit)
    if place is None:
        raise UnitUnknownError(unit, round_id)
    block, entry = place
    enacted = await criteria_set_of(log, block.criteria_set)
    return _unit_in(found, block_terms(found.opened, block, enacted.criteria_set), entry, enacted.digest)


async def units_of_rounds(
    log: Log, rounds: Sequence[FoundRound], wanted: Callable[[str], bool]
) -> list[list[UnitInRound]]:
    """Return the units of each round whose codes are wanted, in the order of the round, by one query.

    The terms of a block are made once for all its units.
    """
    sets = await criteria_sets_of(log, {block.criteria_set for one in rounds for block in one.opened.blocks})
    return [
        [each for block in one.opened.blocks for each in _units_of(one, block, sets[block.criteria_set], wanted)]
        for one in rounds
    ]


def _units_of(
    found: FoundRound, block: Block, enacted: CriteriaSetEnacted, wanted: Callable[[str], bool]
) -> Iterator[UnitInRound]:
    if units := [unit for unit in block.units if wanted(unit.code)]:
        common = block_terms(found.opened, block, enacted.criteria_set)
        yield from (_unit_in(found, common, unit, enacted.digest) for unit in units)


def _unit_in(found: FoundRound, common: BlockTerms, entry: RoundUnit, digest: str) -> UnitInRound:
    due, until = found.state.due[entry.code], found.state.appraisal_until[entry.code]
    terms = common.of(entry.code, due, until, entry.not_applicable)
    return UnitInRound(terms, found.opened.shown_title, entry.name, common.criteria_set, digest)
