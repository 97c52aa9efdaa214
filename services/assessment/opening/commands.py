"""Command of the office."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessment.opening.deadlines import Deadlines, OwnDeadlines
from assessment.opening.responsibility import CriterionAppraiser, CriterionClaimant
from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet


@dataclass(frozen=True, slots=True)
class OpenRound:
    """Open a round at a moment. `sets` are those of the named criteria sets that exist and that the authority may use.

    Deadlines, and the times within which a kiosk's press may count, are instants; "" stands for none.
    """

    authority: str
    round: str
    year: int
    title: str
    reference: str
    blocks: tuple[Block, ...]
    appraisers: tuple[CriterionAppraiser, ...]
    deadlines: Deadlines
    sets: Mapping[str, CriteriaSet]
    at: str
    pressed_from: str = ""
    pressed_until: str = ""
    four_eyes: bool = False
    approval: bool = False
    two_appraisals: bool = False
    own_deadlines: tuple[OwnDeadlines, ...] = ()
    training: bool = False
    claimants: tuple[CriterionClaimant, ...] = ()
    council: bool = False
