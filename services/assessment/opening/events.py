"""The events of a round's stream: it is opened here; appraising appends its closings and reopenings.

Reasons are people's words: an event holds the commitment, the vault holds the text.
"""

from dataclasses import dataclass
from typing import ClassVar

from assessment.opening.deadlines import Deadlines, OwnDeadlines, deadlines_for
from assessment.opening.responsibility import CriterionAppraiser, CriterionClaimant
from parindex.contracts.assessment import Block
from parindex.contracts.training import training_note
from parindex.eventstore.registry import by_defaults


@dataclass(frozen=True, slots=True)
class RoundOpened:
    """The round runs. Deadlines are instants; "" stands for none.

    A kiosk's press may count where its own time is from `pressed_from` on and before `pressed_until`; "" stands for
    the beginning of the year, and the end of the next one. `four_eyes`: who corrected a unit does not complete its
    appraisal. `approval`: a unit submits only what its leader approved. `two_appraisals`: the unit explains what the
    first one corrected, and a second one looks at that again. `own_deadlines`: those of a block or a unit, which
    replace the round's. `training`: units practise, and the results are never published. `claimants`: agencies that
    claim rows in place of units. `council`: its sessions decide what stays open after the last appraisal.
    """

    SCHEMA: ClassVar[int] = 7

    authority: str
    round: str
    year: int
    title: str
    reference: str
    blocks: tuple[Block, ...]
    appraisers: tuple[CriterionAppraiser, ...] = ()
    self_scoring_until: str = ""
    appraisal_until: str = ""
    pressed_from: str = ""
    pressed_until: str = ""
    four_eyes: bool = False
    approval: bool = False
    two_appraisals: bool = False
    self_scoring_from: str = ""
    first_appraisal_until: str = ""
    explanation_until: str = ""
    own_deadlines: tuple[OwnDeadlines, ...] = ()
    training: bool = False
    claimants: tuple[CriterionClaimant, ...] = ()
    council: bool = False

    @property
    def note(self) -> str:
        """What each page and file about the round says of a training round; "" of any other."""
        return training_note(self.training)

    @property
    def shown_title(self) -> str:
        """The title as people read it: that of a training round says so."""
        return f"{self.title} (tập huấn)" if self.training else self.title

    @property
    def deadlines(self) -> Deadlines:
        """The dates of the round, without those that blocks and units have of their own."""
        return Deadlines(
            self.self_scoring_from,
            self.self_scoring_until,
            self.first_appraisal_until,
            self.explanation_until,
            self.appraisal_until,
        )


@dataclass(frozen=True, slots=True)
class RoundClosed:
    """Every unit's appraisal is complete."""

    round: str
    closing: int


@dataclass(frozen=True, slots=True)
class RoundReopened:
    """Closing number `closing` no longer holds: the appraisal of these units is to be completed again.

    `appraisal_until` is the deadline of that new appraisal, an instant; "" stands for none. The round's own deadline
    no longer counts for these units.
    """

    SCHEMA: ClassVar[int] = 2
    round: str
    closing: int
    units: tuple[str, ...]
    reason: str
    appraisal_until: str = ""


def deadlines_of(opened: RoundOpened, block: str, unit: str) -> Deadlines:
    """Return the dates of a unit of a block as the round was opened; extensions and reopenings come on top."""
    return deadlines_for(opened.deadlines, opened.own_deadlines, block, unit)


def stream_of(round_id: str) -> str:
    """Return the stream of a round."""
    return f"round-{round_id}"


def council_of(round_id: str) -> str:
    """Return the stream of a round's council; deliberating appends to it."""
    return f"council-{round_id}"


UPCASTERS = {
    ("RoundOpened", 1): by_defaults,
    ("RoundOpened", 2): by_defaults,
    ("RoundOpened", 3): by_defaults,
    ("RoundOpened", 4): by_defaults,
    ("RoundOpened", 5): by_defaults,
    ("RoundOpened", 6): by_defaults,
    ("RoundReopened", 1): by_defaults,
}
