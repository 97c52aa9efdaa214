"""The rounds and sets that a message needs, read once, as the consumer's transaction sees them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from parindex.bus.consumer import HandlerContext
from parindex.eventstore.appending import StreamHead
from scoring.computing.commands import Place
from scoring.computing.leaves import Leaves, leaves_in
from scoring.computing.settling import Round
from scoring.computing.streams import read_round, read_set, round_stream, set_stream

MOST_ROUNDS = 32
"""Rounds whose units are kept at hand."""


@dataclass(frozen=True, slots=True)
class Known:
    """Where each unit of these rounds stands: (block, set) by unit, by round; and the sets that are known."""

    blocks: Mapping[str, Mapping[str, tuple[str, str]]]
    sets: Mapping[str, Leaves]

    def units(self, round_id: str) -> Iterable[str]:
        """The units of a round; none while it is unknown."""
        return self.blocks.get(round_id, {})

    def place(self, round_id: str, unit: str) -> Place | None:
        """Where a unit stands; None while its round or its set is unknown."""
        found = self.blocks.get(round_id, {}).get(unit)
        return Place(found[0], self.sets[found[1]]) if found and found[1] in self.sets else None


async def known_of(handling: HandlerContext, rounds: Sequence[str]) -> Known:
    """Read what is known of these rounds and of their sets."""
    heads = await handling.log.heads_within(handling.connection, [round_stream(round_id) for round_id in rounds])
    blocks = {round_id: _blocks(heads.get(round_stream(round_id))) for round_id in rounds}
    codes = sorted({code for units in blocks.values() for _, code in units.values()})
    return Known(blocks, await sets_of(handling, codes))


async def sets_of(handling: HandlerContext, codes: Sequence[str]) -> dict[str, Leaves]:
    """Read the criteria sets that are known, made ready."""
    heads = await handling.log.heads_within(handling.connection, [set_stream(code) for code in codes])
    read = {code: read_set(heads.get(set_stream(code))) for code in codes}
    return {code: leaves_in(prepared.raw) for code, prepared in read.items() if prepared.raw}


async def rounds_needing(handling: HandlerContext, codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Read which rounds are scored by these sets."""
    wanted = list(codes)
    heads = await handling.log.heads_within(handling.connection, [set_stream(code) for code in wanted])
    return {code: read_set(heads.get(set_stream(code))).rounds for code in wanted}


def _blocks(head: StreamHead | None) -> Mapping[str, tuple[str, str]]:
    return _blocks_in(head.state) if head and head.state else {}


@lru_cache(MOST_ROUNDS)
def _blocks_in(state: bytes) -> Mapping[str, tuple[str, str]]:
    return blocks_of(read_round(StreamHead(0, state)))


def blocks_of(state: Round) -> Mapping[str, tuple[str, str]]:
    """Return each unit's block and criteria set; nothing while the round is unknown."""
    blocks = state.plan.blocks if state.plan else ()
    return {unit.code: (block.code, block.criteria_set) for block in blocks for unit in block.units}
