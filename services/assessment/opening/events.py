"""What may have happened: a round began. How it ends lies in appraising."""

from dataclasses import dataclass
from typing import ClassVar

from assessment.opening.responsibility import CriterionAppraiser
from parindex.contracts.assessment import Block
from parindex.eventstore.registry import by_defaults


@dataclass(frozen=True, slots=True)
class RoundOpened:
    """The round runs. Deadlines are instants; "" stands for none.

    A kiosk's press may count where its own time is from `pressed_from` on and before `pressed_until`; "" stands for
    the beginning of the year, and the end of the next one. `four_eyes`: who corrected a unit does not complete its
    appraisal.
    """

    SCHEMA: ClassVar[int] = 2

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


def stream_of(round_id: str) -> str:
    """Return the stream of a round."""
    return f"round-{round_id}"


UPCASTERS = {("RoundOpened", 1): by_defaults}
