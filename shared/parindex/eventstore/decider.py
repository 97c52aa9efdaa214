"""Deciders: the rules of one kind of stream, as an initial state, `decide` (command to events) and `evolve` (fold).

They are pure: each step's `decisions.py` imports this module, and nothing that reads or writes. `command_handling.py`
executes commands.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from parindex.eventstore.appending import StreamHead, Undecided

Command = TypeVar("Command")
State = TypeVar("State")
Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Decider(Generic[Command, State, Fact]):
    """The rules of one kind of stream. `decide` may raise Refused; `evolve` never does.

    `evolve_all` gives the state after several events, where that is faster than one `evolve` after the other: a state
    that is one large mapping would be copied for each event.
    """

    initial: State
    decide: Callable[[Command, State], Sequence[Fact]]
    evolve: Callable[[State, Fact], State]
    evolve_all: Callable[[State, Iterable[Fact]], State] | None = None

    def fold(self, facts: Iterable[Fact]) -> State:
        """Return the state after these events."""
        if self.evolve_all:
            return self.evolve_all(self.initial, facts)
        state = self.initial
        for fact in facts:
            state = self.evolve(state, fact)
        return state


@dataclass(frozen=True, slots=True)
class Codec(Generic[State]):
    """The encoding of a stream's stored state. `read` returns the initial state for a stream without one."""

    read: Callable[[StreamHead], State]
    write: Callable[[State], bytes]


@dataclass(frozen=True, slots=True)
class StatefulDecider(Generic[Command, State]):
    """The rules of a stream whose stored state holds more than its events: a state store, which a fold cannot rebuild.

    `decide` takes a command, the state and the heads of the streams that the append reads. It returns the events and
    the state after them (the same object where nothing changed), or Undecided. It may raise Refused.
    """

    decide: Callable[..., tuple[Sequence[Any], State] | Undecided]
