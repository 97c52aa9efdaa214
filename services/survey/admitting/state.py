"""The states of admitting's streams and of a unit's tallies, as they are stored beside the log."""

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from parindex.eventstore.appending import StreamHead
from parindex.eventstore.decider import Codec
from survey.admitting.questions import Asked, QuestionKey, Surveyed, asked_by_unit

KIOSK = "kiosk"
OUTSIDE = "outside"
"""Origins of a tally."""

LATE = "late"
OUTSIDE_SURVEY = "outside-survey"
UNFIT = "unfit"
"""Reasons for which presses are set aside: after the cut-off; beside an outside survey's result; not known any more."""

Questions = tuple[Asked, ...] | None
"""What a set asks; None while the set is unknown."""


class Survey(msgspec.Struct, frozen=True, omit_defaults=True):
    """A round from opening to closing. `closing` is 0 until the cut-off; `covers` is set from then on.

    A press may count from `pressed_from` on and before `pressed_until`; "" means no bound.
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

    def asked_by_unit(self) -> dict[str, tuple[Asked, ...]]:
        """Return every unit's questions."""
        return asked_by_unit(self.blocks)


class UnitTally(msgspec.Struct, frozen=True, omit_defaults=True):
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


class UnitTallies(msgspec.Struct, frozen=True, omit_defaults=True):
    """All tallies of one unit in one round, by question and group."""

    lines: tuple[UnitTally, ...] = ()

    def by_key(self) -> dict[QuestionKey, UnitTally]:
        return {(line.question, line.group): line for line in self.lines}

    def line(self, question: str, group: str) -> UnitTally:
        """Return one tally; an empty one for a question without any."""
        return self.by_key().get((question, group), UnitTally(question, group))

    def with_tally(self, line: UnitTally) -> "UnitTallies":
        lines: Mapping[QuestionKey, UnitTally] = {**self.by_key(), (line.question, line.group): line}
        return UnitTallies(tuple(lines[key] for key in sorted(lines)))


class Admitted(msgspec.Struct, frozen=True, omit_defaults=True):
    """A round that counts presses from `since` on and before `until`; "" means no bound."""

    round: str
    since: str = ""
    until: str = ""
    closed: bool = False


class Admissions(msgspec.Struct, frozen=True, omit_defaults=True):
    """The rounds of one authority that may count presses, in the order of opening."""

    rounds: tuple[Admitted, ...] = ()


def survey_of(head: StreamHead) -> Survey:
    """Read the state of `tallying-<round>`; an unknown round is not `opened`."""
    return _surveys.decode(head.state) if head.state else Survey()


def tallies_of_unit(state: bytes | None) -> UnitTallies:
    """Read the state of `tally-<round>/<unit>`."""
    return _tallies.decode(state) if state else UnitTallies()


def questions_of(head: StreamHead) -> Questions:
    """Read the state of `set-<code>`: the set's questions; None for a set that was never received."""
    return _questions.decode(head.state) if head.state else None


def admissions_of(head: StreamHead) -> Admissions:
    """Read the state of `presses-<authority>`."""
    return _admissions.decode(head.state) if head.state else Admissions()


_surveys = msgspec.json.Decoder(Survey)
_tallies = msgspec.json.Decoder(UnitTallies)
_questions = msgspec.json.Decoder(tuple[Asked, ...])
_admissions = msgspec.json.Decoder(Admissions)

SURVEY_CODEC: Codec[Survey] = Codec(survey_of, msgspec.json.encode)
QUESTIONS_CODEC: Codec[Questions] = Codec(questions_of, msgspec.json.encode)
ADMISSIONS_CODEC: Codec[Admissions] = Codec(admissions_of, msgspec.json.encode)
