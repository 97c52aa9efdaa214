"""A round as the tallies know it, and a unit's tallies as they stand: the small states of their streams."""

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from parindex.eventstore.appending import StreamHead
from survey.tallying.commands import Key
from survey.tallying.questions import Asked, Surveyed

LATE = "late"
OUTSIDE_SURVEY = "outside-survey"
UNFIT = "unfit"
"""Reasons for which presses are set aside: after the cut-off; beside an outside survey's result; not known any more."""


class Survey(msgspec.Struct, frozen=True, omit_defaults=True):
    """A round from opening to closing. `closing` is 0 until somebody closes; `covers` stands from then on.

    A press may count from `pressed_from` on and before `pressed_until`; "" stands for no bound.
    """

    authority: str = ""
    blocks: tuple[Surveyed, ...] = ()
    closing: int = 0
    closed: bool = False
    covers: int = 0
    pressed_from: str = ""
    pressed_until: str = ""

    @property
    def opened(self) -> bool:
        return self.authority != ""

    @property
    def stage(self) -> str:
        """Return opened, closing (the last presses are being counted), or closed."""
        return "closed" if self.closed else "closing" if self.closing else "opened"

    def units(self) -> Iterator[str]:
        for block in self.blocks:
            yield from block.units

    def asked_of(self) -> dict[str, tuple[Asked, ...]]:
        """Return every unit's questions."""
        return {unit: block.questions for block in self.blocks for unit in block.units}


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One tally. No origin: nothing was counted, presses were only set aside."""

    question: str
    group: str = ""
    origin: str = ""
    counts: dict[str, int] = {}
    score: str = ""
    out_of: str = ""
    late: int = 0
    unfit: int = 0
    covers: int = 0
    reasons: dict[str, int] = {}

    @property
    def aside(self) -> dict[str, int]:
        """How many presses are in no tally, by reason; those of before reasons were recorded are `late` or `unfit`."""
        named = self.reasons.get(LATE, 0)
        older = {LATE: self.late - named, UNFIT: self.unfit - sum(self.reasons.values()) + named}
        return dict(sorted((Counter(self.reasons) + Counter(older)).items()))


class Book(msgspec.Struct, frozen=True, omit_defaults=True):
    """All tallies of one unit in one round, by question and group."""

    lines: tuple[Line, ...] = ()

    def by_key(self) -> dict[Key, Line]:
        return {(line.question, line.group): line for line in self.lines}

    def line(self, question: str, group: str) -> Line:
        """Return one tally; an empty one where there is none yet."""
        return self.by_key().get((question, group), Line(question, group))

    def with_line(self, line: Line) -> "Book":
        lines: Mapping[Key, Line] = {**self.by_key(), (line.question, line.group): line}
        return Book(tuple(lines[key] for key in sorted(lines)))


_surveys = msgspec.json.Decoder(Survey)
_books = msgspec.json.Decoder(Book)
_questions = msgspec.json.Decoder(tuple[Asked, ...])


def survey_of(head: StreamHead) -> Survey:
    """Read the small state of `tallying-<round>`; an unknown round is not `opened`."""
    return _surveys.decode(head.state) if head.state else Survey()


def book_of(state: bytes | None) -> Book:
    """Read the small state of `tally-<round>/<unit>`."""
    return _books.decode(state) if state else Book()


def questions_of(head: StreamHead) -> tuple[Asked, ...] | None:
    """Read the small state of `set-<code>`: what the set asks; None for a set that was never told."""
    return _questions.decode(head.state) if head.state else None
