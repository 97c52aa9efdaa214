"""The rules of one kind of stream as three pure things: where it begins, what a wish leads to, what a fact changes.

Pure: every step's `decisions.py` leans on this, and on nothing that reads or writes. `executing.py` carries wishes out.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Command = TypeVar("Command")
State = TypeVar("State")
Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Decider(Generic[Command, State, Fact]):
    """The rules of one kind of stream. `decide` may raise Refused; `evolve` never does."""

    initial: State
    decide: Callable[[Command, State], Sequence[Fact]]
    evolve: Callable[[State, Fact], State]

    def fold(self, facts: Iterable[Fact]) -> State:
        """Return the state after these facts."""
        state = self.initial
        for fact in facts:
            state = self.evolve(state, fact)
        return state
