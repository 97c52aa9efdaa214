"""Given/when/then tests of rules, without database, clock or HTTP.

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
    """A decider, and the events before the command of a test."""

    decider: Decider[Command, State, Fact]
    history: tuple[Any, ...] = ()

    def given(self, *facts: Fact) -> "Rules[Command, State, Fact]":
        """Append events to the history."""
        return replace(self, history=(*self.history, *facts))

    @property
    def state(self) -> State:
        """The state folded from the history."""
        return self.decider.fold(self.history)

    def when(self, command: Command) -> tuple[Fact, ...]:
        """Return the events of a command; raise the refusals of the rules.

        The events are folded as well: an event that its own decider cannot evolve fails here, not on the next load.
        """
        facts = tuple(self.decider.decide(command, self.state))
        self.decider.fold((*self.history, *facts))
        return facts

    def after(self, command: Command) -> "Rules[Command, State, Fact]":
        """Execute a command and add its events to the history."""
        return self.given(*self.when(command))
