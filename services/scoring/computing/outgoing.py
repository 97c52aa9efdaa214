"""The translation of computing's events: every index that changed, to the unit's partition."""

from parindex.contracts import scoring as contracts
from parindex.eventstore.registry import Recorded, Translation
from scoring.computing.events import IndexComputed


def index_computed(fact: IndexComputed) -> contracts.IndexComputed:
    """Return the contract of an index."""
    return contracts.IndexComputed(
        round=fact.round, unit=fact.unit, block=fact.block, criteria_set=fact.criteria_set, lines=list(fact.lines),
        appraisal=fact.appraisal, survey=fact.survey, points=fact.points, maximum=fact.maximum, index=fact.index,
        bonus=fact.bonus, penalty=fact.penalty,
    )  # fmt: skip


def _index(recorded: Recorded) -> contracts.IndexComputed:
    return index_computed(recorded.fact)


def _unit(fact: IndexComputed) -> str:
    return fact.unit


TRANSLATIONS: dict[type, Translation] = {IndexComputed: Translation(_index, about=_unit)}
