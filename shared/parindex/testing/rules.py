"""Rules told as given, when, then: no database, no clock, no HTTP.

assert Rules(rating).given(KioskEnrolled("k1")).when(Press("k1", stars=4)) == (RatingRecorded("k1", 4),)
"""

from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from parindex.eventstore.decider import Decider

Command = TypeVar("Command")
State = TypeVar("State")
Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Rules(Generic[Command, State, Fact]):
    """A decider, and what has happened before the wish that a test is about."""

    decider: Decider[Command, State, Fact]
    history: tuple[Any, ...] = ()

    def given(self, *facts: Fact) -> "Rules[Command, State, Fact]":
        """Let these facts have happened, after those given before."""
        return replace(self, history=(*self.history, *facts))

    @property
    def state(self) -> State:
        """What the facts given so far amount to."""
        return self.decider.fold(self.history)

    def when(self, command: Command) -> tuple[Fact, ...]:
        """Return the facts that the wish leads to; raise what the rules refuse.

        The facts are folded as well: a fact that its own decider cannot take in fails here, not on the next load.
        """
        facts = tuple(self.decider.decide(command, self.state))
        self.decider.fold((*self.history, *facts))
        return facts

    def after(self, command: Command) -> "Rules[Command, State, Fact]":
        """Let the wish come true, and go on from there."""
        return self.given(*self.when(command))
