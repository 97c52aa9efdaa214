"""What appraising decides on beside a sheet and a round: the appraiser, the findings, how far each unit is. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from assessment.opening.stages import ValueStage
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    CriterionReferred,
    CutExplained,
    ExplanationEnded,
    ExplanationSubmitted,
    FirstAppraisalAnnounced,
    SelfScoringExtended,
)
from assessment.self_scoring.state import STATE_AFTER, Sheet, SheetState, evolve
from parindex.contracts.assessment import Figure
from parindex.eventstore.registry import Recorded


@dataclass(frozen=True, slots=True)
class ActingAppraiser:
    """Who appraises: the agencies of the terms that they may speak for, the nodes of all their rights, their id."""

    agencies: frozenset[str]
    nodes: frozenset[str]
    id: str = ""


@dataclass(frozen=True, slots=True)
class ProposedFinding:
    """One finding of a command: upheld, kept as the stage before found it, other figures, or points instead.

    `pointer` is its place in the body.
    """

    criterion: str
    upheld: bool = False
    figures: tuple[Figure, ...] = ()
    applicable: bool = True
    points: str = ""
    comment: str = ""
    confirmed: tuple[str, ...] = ()
    pointer: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class UnitCompletion:
    """How far a unit is: how many criteria are appraised, claimed, have a finding; for which closing it is complete."""

    unit: str
    name: str
    criteria: int
    claims: int
    submitted: bool
    findings: int
    completed_for: int


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """How far a unit is: criteria claimed, when submitted ("" for not), criteria appraised, whether completed."""

    claims: int
    submitted_at: str
    findings: int
    completed: bool


class ItemState(StrEnum):
    """How far a criterion of a unit is at its stage."""

    TO_DO = "to-do"
    UPHELD = "upheld"
    CORRECTED = "corrected"


class CriterionProgress(NamedTuple):
    """How far a criterion of a unit is: the positions of its newest claim and finding (0: none), and what that says.

    `stage` is that of the finding, "" without one. `explained` is the position at which the unit submitted what it
    explains of the criterion; until then appraisers see nothing of that. A round has many thousand criteria, and a
    tuple is quick to make.
    """

    claimed: int = 0
    found: int = 0
    corrected: bool = False
    stage: str = ""
    explained: int = 0

    @property
    def newest(self) -> int:
        """The position of the newest of the three."""
        return max(self.claimed, self.found, self.explained)

    def after(self, recorded: Recorded) -> "CriterionProgress":
        """Return how far the criterion is after a claim, a submission of its explanation, or a finding."""
        fact = recorded.fact
        if isinstance(fact, ClaimEntered):
            return self._replace(claimed=recorded.position)
        if isinstance(fact, ExplanationSubmitted):
            return self._replace(explained=recorded.position)
        return self._replace(found=recorded.position, corrected=isinstance(fact, ClaimCorrected), stage=fact.stage)


class SheetProgress(msgspec.Struct, frozen=True):
    """What the read model keeps of a sheet: how far it is, without its claims, explanations and findings."""

    state: SheetState = SheetState.DRAFT
    extended_until: str = ""
    cut: tuple[str, ...] = ()
    explained: tuple[str, ...] | None = None
    completed_for: int = 0
    appraisal_extended: tuple[int, str] = (0, "")
    stages_extended: dict[ValueStage, str] = {}
    referred: dict[str, str] = {}

    @classmethod
    def of(cls, sheet: Sheet) -> "SheetProgress":
        """Return the kept parts of a sheet."""
        kept = {name: getattr(sheet, name) for name in cls.__struct_fields__}
        return cls(**kept | {"explained": None if sheet.explained is None else tuple(sorted(sheet.explained))})

    def sheet(self) -> Sheet:
        """Return a sheet of these parts."""
        kept = msgspec.structs.asdict(self)
        return Sheet(**kept | {"explained": None if self.explained is None else frozenset(self.explained)})


FOR_OFFICIALS: Final = (
    *STATE_AFTER,
    SelfScoringExtended,
    FirstAppraisalAnnounced,
    ExplanationSubmitted,
    ExplanationEnded,
    CriterionReferred,
    AppraisalExtended,
    AppraisalCompleted,
)
"""The events of a sheet that say how far it is."""
TOUCHING: Final = (ClaimEntered, CutExplained, ClaimUpheld, ClaimCorrected)
"""Those that say how far a criterion is."""


@dataclass(frozen=True, slots=True)
class UnitSeen:
    """How far a unit is, as far as events were read: the version of its sheet then, the sheet, and its criteria."""

    version: int = 0
    sheet: Sheet = field(default_factory=Sheet)
    criteria: Mapping[str, CriterionProgress] = field(default_factory=dict)

    def open_items(self, due: int) -> frozenset[str]:
        """Return what the round's council has to decide, as `Sheet.open_items` does; `referred` has no decided ones."""
        unsettled = {
            code for code, one in self.criteria.items() if one.stage == ValueStage.APPRAISAL_2 and one.corrected
        }
        return frozenset(self.sheet.referred) | (unsettled if due == 1 else set())

    def after(self, recorded: Sequence[Recorded]) -> "UnitSeen":
        """Return how far the unit is after some more events of its sheet, in their order."""
        sheet, criteria = self.sheet, dict(self.criteria)
        for each in recorded:
            for code in _touched(each.fact):
                criteria[code] = criteria.get(code, CriterionProgress()).after(each)
            if isinstance(each.fact, TOUCHING):
                code = each.fact.criterion
                if getattr(each.fact, "votes", ()):
                    sheet = replace(sheet, referred={one: why for one, why in sheet.referred.items() if one != code})
            else:
                sheet = evolve(sheet, each.fact)
        return UnitSeen(recorded[-1].entry.version, sheet, criteria)


def _touched(fact: object) -> Sequence[str]:
    """Return the criteria of which an event says something to officials: a draft of an explanation says nothing."""
    if isinstance(fact, ExplanationSubmitted):
        return fact.criteria
    return [fact.criterion] if isinstance(fact, ClaimEntered | ClaimUpheld | ClaimCorrected) else []
