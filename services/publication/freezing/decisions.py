"""Rules of freezing: one edition for each settling, each later one a correction with a reason. Pure."""

from collections.abc import Sequence

from parindex.eventstore.decider import Decider
from publication.freezing.commands import FreezeResult
from publication.freezing.events import ResultsAnnounced, ResultsFrozen
from publication.freezing.refusals import (
    EditionOvertakenError,
    ReasonMissingError,
    SettlingFrozenError,
    TrainingRoundError,
)
from publication.freezing.state import RoundResult, evolve, next_of


def decide(command: FreezeResult, result: RoundResult) -> Sequence[ResultsFrozen]:
    if command.opened.training:
        raise TrainingRoundError
    settlement, before = command.settlement, result.editions[-1] if result.editions else None
    if before and settlement.settling <= before.settling:
        raise SettlingFrozenError(before.edition)
    if before and not command.reason:
        raise ReasonMissingError
    if (command.edition, command.supersedes) != next_of(result):
        raise EditionOvertakenError
    frozen = ResultsFrozen(
        round=command.opened.round,
        edition=command.edition,
        settling=settlement.settling,
        year=command.opened.year,
        title=command.opened.title,
        checksum=command.checksum,
        formula=settlement.formula,
        vector=tuple(settlement.vector),
        supersedes=command.supersedes,
        reason=command.reason,
    )
    return [frozen]


freezing: Decider[FreezeResult, RoundResult, ResultsFrozen | ResultsAnnounced] = Decider(RoundResult(), decide, evolve)
