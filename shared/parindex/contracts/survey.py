"""The integration events of survey: tallies, never an answer or a press."""

from typing import ClassVar, Final

import msgspec

from parindex.contracts.base import Contract, Part

MOST_GROUPS: Final = 20
"""Respondent groups of one question at one unit: a score that pools them names an entry for each."""


class OptionCount(Part, frozen=True, kw_only=True):
    """How many chose an option, counted from the beginning of the round."""

    option: str
    count: int


class TallyUpdated(Contract, frozen=True, kw_only=True):
    """The tally of one unit, question and respondent group, cumulative: the newest replaces the one before.

    From kiosks and questionnaires it holds `counts`; from an outside survey a `score` out of `out_of`. `covers` is the
    position of survey's log up to which everything was counted, so that an auditor can count again.
    """

    TYPE: ClassVar[str] = "survey.tally-updated.v1"
    round: str
    unit: str
    question: str
    group: str = ""
    origin: str = "kiosk"  # or "outside"
    counts: list[OptionCount] = msgspec.field(default_factory=list)
    score: str = ""
    out_of: str = ""
    covers: int = 0


class SetAside(Part, frozen=True, kw_only=True):
    """How many presses are in no tally for one reason.

    Reasons: `late` (received after the cut-off), `outside-window` (pressed at another time than the round counts),
    `option-unknown` (no option of the criteria set), `outside-survey` (an outside survey answers the question);
    `unfit` from versions before the reasons were recorded. A reader shows an unknown reason as it is.
    """

    reason: str
    count: int


class TallyClosed(Contract, frozen=True, kw_only=True):
    """No tally of the round changes any more. It is published in every partition: a watermark.

    `counted` presses are in the tallies of the round, `set_aside` are in none, one part for each reason in the order
    of reasons; both as of `covers`, the position of survey's log at the cut-off. A press that is received later is
    `late` and only in survey's own list. Tallies closed before these fields existed have 0 and an empty list.
    """

    TYPE: ClassVar[str] = "survey.tally-closed.v1"
    round: str
    closing: int
    covers: int
    counted: int = 0
    set_aside: list[SetAside] = msgspec.field(default_factory=list)
