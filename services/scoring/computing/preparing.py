"""The rules of a criteria set here: it is known once, and it remembers which rounds wait for it or use it."""

from collections.abc import Sequence
from typing import assert_never

import msgspec

from parindex.contracts.criteria import CriteriaSet, Criterion
from scoring.computing.commands import NeedSet, PrepareSet
from scoring.computing.events import SetNeeded, SetPrepared
from scoring.computing.leaves import leaves_of

SetFact = SetPrepared | SetNeeded


class PreparedSet(msgspec.Struct, frozen=True, array_like=True):
    """A set as JSON bytes (none before it is known), and the rounds that it scores."""

    raw: bytes = b""
    rounds: tuple[str, ...] = ()


def decide(command: PrepareSet | NeedSet, state: PreparedSet) -> Sequence[SetFact]:
    """Return what is not known yet. Every partition brings the same news; the first one makes the fact.

    Raises FigureUnreadableError for a set whose maxima are no numbers.
    """
    match command:
        case PrepareSet():
            leaves_of(command.criteria_set)  # a set that can't be computed with must not be known
            return () if state.raw else (SetPrepared(_slim(command.criteria_set), command.digest),)
        case NeedSet():
            return () if command.round in state.rounds else (SetNeeded(command.criteria_set, command.round),)
        case _:
            assert_never(command)


def evolve(state: PreparedSet, fact: SetFact) -> PreparedSet:
    """Return the set after a fact."""
    match fact:
        case SetPrepared():
            return msgspec.structs.replace(state, raw=msgspec.json.encode(fact.criteria_set))
        case SetNeeded():
            return msgspec.structs.replace(state, rounds=(*state.rounds, fact.round))
        case _:
            assert_never(fact)


def _slim(criteria_set: CriteriaSet) -> CriteriaSet:
    """The set without its legal texts, so that it surely fits into an entry wherever it fitted at its source."""
    return msgspec.structs.replace(criteria_set, criteria=[_slim_row(row) for row in criteria_set.criteria])


def _slim_row(row: Criterion) -> Criterion:
    return msgspec.structs.replace(row, rule_text="", reference="", evidence_required=False)
