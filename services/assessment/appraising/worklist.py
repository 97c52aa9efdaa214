"""What a person may appraise in a round: each criterion of each unit that has submitted, and how far it is.

The stage of a unit is folded from the log without its claims; which criteria have a finding comes from the read model,
which follows within moments. The number of queries does not grow with units and criteria.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from assessment.appraising.queries import criteria_in
from assessment.appraising.state import Touched
from assessment.opening.queries import UnitInRound, round_of, units_of_rounds
from assessment.opening.stages import ValueStage
from assessment.opening.state import FoundRound
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimCorrected,
    ClaimUpheld,
    ExplanationEnded,
    ExplanationSubmitted,
    FirstAppraisalAnnounced,
    stream_of,
)
from assessment.self_scoring.queries import sheets_of
from assessment.self_scoring.state import STATE_AFTER, Sheet, stage_of
from parindex.auth import Role, covers
from parindex.auth.principal import Principal
from parindex.service import ServiceContext

OF_ROUND: Final = (Role.OFFICE, Role.COUNCIL)
FOR_OFFICIALS: Final = (
    *STATE_AFTER,
    FirstAppraisalAnnounced,
    ExplanationSubmitted,
    ExplanationEnded,
    AppraisalExtended,
    AppraisalCompleted,
)
"""The events of a sheet that say how far it is; its claims and findings are not read for those who appraise."""
WITH_FINDINGS: Final = (*FOR_OFFICIALS, ClaimUpheld, ClaimCorrected)
"""The same with its findings, for the few sheets that are appraised a second time."""


class ItemState(StrEnum):
    """How far a criterion of a unit is. `CHANGED`: the unit changed its claim after the finding."""

    TO_DO = "to-do"
    CHANGED = "changed"
    UPHELD = "upheld"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class SheetsToAppraise:
    """The sheets that appraisers, council and office look at, and the criteria of each that are touched."""

    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    touched: Mapping[tuple[str, str], Mapping[str, Touched]] = field(default_factory=dict)

    def stage(self, unit: UnitInRound) -> ValueStage:
        return stage_of(unit.terms, self.sheet(unit))

    def left(self, unit: UnitInRound) -> AbstractSet[str]:
        """Return the criteria of a unit that wait for a finding at its stage."""
        if self.stage(unit) is ValueStage.APPRAISAL_2:
            sheet = self.sheet(unit)
            return frozenset(sheet.explained or ()) - sheet.found.get(ValueStage.APPRAISAL_2, {}).keys()
        return {code for code in unit.terms.appraisers if not self.of(unit, code).found}

    def of(self, unit: UnitInRound, criterion: str) -> Touched:
        return self.touched.get((unit.terms.round, unit.terms.unit), {}).get(criterion, Touched())

    def sheet(self, unit: UnitInRound) -> Sheet:
        return self.sheets[stream_of(unit.terms.round, unit.terms.unit)]


@dataclass(frozen=True, slots=True)
class Item:
    """A criterion of a unit on the list. `mine`: it waits for the person, and not for another agency of the round."""

    unit: UnitInRound
    criterion: str
    state: ItemState
    touched: Touched
    mine: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.unit.terms.unit, self.criterion


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter of a list, which is in its address. Empty: everything. `every`: the items of other agencies too."""

    state: ItemState | None = None
    unit: str = ""
    criterion: str = ""
    every: bool = False

    def admits(self, item: Item) -> bool:
        return (
            (self.every or item.mine)
            and self.unit in {"", item.unit.terms.unit}
            and self.criterion in {"", item.criterion}
            and self.state in {None, item.state}
        )

    def query(self, **more: object) -> str:
        """Return the query of an address with this filter; "" for none."""
        own = {
            "state": self.state or "",
            "unit": self.unit,
            "criterion": self.criterion,
            "every": "yes"[: 3 * self.every],
        }
        pairs = {name: value for name, value in (own | more).items() if value}
        return f"?{urlencode(pairs)}" if pairs else ""


@dataclass(frozen=True, slots=True)
class Worklist:
    """All that a person may appraise in a round, in the order of its units and of their set.

    `awaited` has the units that have not submitted yet, and `completed` how many are appraised.
    """

    found: FoundRound
    items: Sequence[Item]
    awaited: Sequence[UnitInRound]
    completed: int

    def wanted(self, filter_: Wanted) -> list[Item]:
        return [item for item in self.items if filter_.admits(item)]


async def sheets_to_appraise(context: ServiceContext, units: Sequence[UnitInRound]) -> SheetsToAppraise:
    """Return the sheets of some units as those see them who appraise."""
    if not units:
        return SheetsToAppraise()
    touched = await criteria_in(context.engine, {unit.terms.round for unit in units})
    seen = SheetsToAppraise(await sheets_of(context.log, [unit.terms for unit in units], FOR_OFFICIALS), touched)
    again = [unit.terms for unit in units if seen.stage(unit) is ValueStage.APPRAISAL_2]
    return replace(seen, sheets={**seen.sheets, **await sheets_of(context.log, again, WITH_FINDINGS)})


async def worklist_of(context: ServiceContext, principal: Principal, round_id: str) -> Worklist:
    """Return what a person may appraise in a round; raise RoundUnknownError."""
    found = await round_of(context.log, round_id)
    [units] = await units_of_rounds(context.log, [found], lambda _: True)
    seen = await sheets_to_appraise(context, units)
    due = [unit for unit in units if seen.sheet(unit).completed_for < unit.terms.due]
    may_see = [unit for unit in due if impartial(principal, unit)]
    return Worklist(
        found,
        [item for unit in may_see if seen.sheet(unit).submitted for item in _items(principal, unit, seen)],
        [unit for unit in may_see if not seen.sheet(unit).submitted],
        len(units) - len(due),
    )


def appraises(principal: Principal, unit: UnitInRound, criterion: str) -> bool:
    """Return whether a criterion of a unit waits for this person: the office's own, or that of an agency."""
    agency, authority = unit.terms.appraisers[criterion], unit.terms.authority
    return principal.may(Role.APPRAISER, agency) or (agency == authority and principal.may(OF_ROUND, authority))


def impartial(principal: Principal, unit: UnitInRound) -> bool:
    """Return whether the person has no right in the unit: who belongs to it appraises nothing of it."""
    return not any(covers(unit.terms.unit, right.node) for right in principal.rights)


def _items(principal: Principal, unit: UnitInRound, seen: SheetsToAppraise) -> Iterator[Item]:
    if seen.stage(unit) is ValueStage.EXPLANATION:
        return
    left = seen.left(unit)
    for code, agency in unit.terms.appraisers.items():
        mine = appraises(principal, unit, code)
        if mine or principal.may((*OF_ROUND, Role.APPRAISER), agency):
            touched = seen.of(unit, code)
            yield Item(unit, code, _state(touched, to_do=code in left), touched, mine)


def _state(touched: Touched, *, to_do: bool) -> ItemState:
    if to_do:
        return ItemState.TO_DO
    if touched.claimed > touched.found:
        return ItemState.CHANGED
    return ItemState.CORRECTED if touched.corrected else ItemState.UPHELD
