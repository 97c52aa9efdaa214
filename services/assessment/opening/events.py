"""What may have happened: a round began. How it ends lies in appraising."""

from dataclasses import dataclass

from assessment.opening.responsibility import CriterionAppraiser
from parindex.contracts.assessment import Block


@dataclass(frozen=True, slots=True)
class RoundOpened:
    """The round runs. Deadlines are instants; "" stands for none."""

    authority: str
    round: str
    year: int
    title: str
    reference: str
    blocks: tuple[Block, ...]
    appraisers: tuple[CriterionAppraiser, ...] = ()
    self_scoring_until: str = ""
    appraisal_until: str = ""


def stream_of(round_id: str) -> str:
    """Return the stream of a round."""
    return f"round-{round_id}"
