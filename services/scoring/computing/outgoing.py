"""What computing tells others: every index that moved, to the unit's partition; a settled round, to all."""

from parindex.contracts import scoring as told
from parindex.eventstore.registry import Recorded, Translation
from scoring.computing.events import IndexComputed, RoundSettled


def index_computed(fact: IndexComputed) -> told.IndexComputed:
    """Return the contract of an index."""
    return told.IndexComputed(
        round=fact.round, unit=fact.unit, block=fact.block, criteria_set=fact.criteria_set, lines=list(fact.lines),
        appraisal=fact.appraisal, survey=fact.survey, points=fact.points, maximum=fact.maximum, index=fact.index,
    )  # fmt: skip


def round_settled(fact: RoundSettled) -> told.RoundSettled:
    """Return the contract of a settled round."""
    return told.RoundSettled(
        round=fact.round, settling=fact.settling, vector=list(fact.vector), digest=fact.digest, formula=fact.formula
    )


def _tell_index(recorded: Recorded) -> told.IndexComputed:
    return index_computed(recorded.fact)


def _tell_settled(recorded: Recorded) -> told.RoundSettled:
    return round_settled(recorded.fact)


def _unit(fact: IndexComputed) -> str:
    return fact.unit


TRANSLATIONS: dict[type, Translation] = {
    IndexComputed: Translation(_tell_index, about=_unit),
    RoundSettled: Translation(_tell_settled),
}
