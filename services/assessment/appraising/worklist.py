"""What a person may appraise in a round: each criterion of each unit that has submitted, and how far it is.

The stage of a unit is folded from the log without its claims; which criteria have a finding comes from the read model
and, for what that has not read yet, from the log. The number of queries does not grow with units and criteria.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from assessment.appraising.queries import criteria_in
from assessment.appraising.state import CriterionProgress
from assessment.opening.queries import UnitInRound, round_of, units_of_rounds
from assessment.opening.responsibility import is_of
from assessment.opening.stages import ValueStage
from assessment.opening.state import FoundRound
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    ExplanationEnded,
    ExplanationSubmitted,
    FirstAppraisalAnnounced,
    SelfScoringExtended,
    stream_of,
)
from assessment.self_scoring.queries import sheets_of
from assessment.self_scoring.state import STATE_AFTER, Sheet, stage_of
from parindex.auth import Role, covers
from parindex.auth.principal import Principal
from parindex.eventstore.registry import Recorded
from parindex.service import ServiceContext

MOST_UPHELD: Final = 2_000
"""Items that are upheld at once; a longer list is upheld in parts."""
ROUND_ROLES: Final = (Role.OFFICE, Role.COUNCIL)
FOR_OFFICIALS: Final = (
    *STATE_AFTER,
    SelfScoringExtended,
    FirstAppraisalAnnounced,
    ExplanationSubmitted,
    ExplanationEnded,
    AppraisalExtended,
    AppraisalCompleted,
)
"""The events of a sheet that say how far it is; its claims and findings are not read for those who appraise."""
WITH_FINDINGS: Final = (*FOR_OFFICIALS, ClaimUpheld, ClaimCorrected)
"""The same with its findings, for the few sheets that are appraised a second time."""

TOUCHING: Final = (ClaimEntered, ClaimUpheld, ClaimCorrected)
ProgressByUnit = Mapping[tuple[str, str], Mapping[str, CriterionProgress]]
"""The criteria that are claimed or appraised, by round and unit."""


class ItemState(StrEnum):
    """How far a criterion of a unit is at its stage."""

    TO_DO = "to-do"
    UPHELD = "upheld"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class SheetsToAppraise:
    """The sheets that appraisers, council and office look at, and how far the criteria of each are."""

    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    criteria: ProgressByUnit = field(default_factory=dict)

    def due(self, units: Iterable[UnitInRound]) -> list[UnitInRound]:
        """Return the units whose appraisal is not complete for the coming closing."""
        return [unit for unit in units if self.sheet(unit).completed_for < unit.terms.due]

    def stage(self, unit: UnitInRound) -> ValueStage:
        return stage_of(unit.terms, self.sheet(unit))

    def waiting(self, unit: UnitInRound) -> AbstractSet[str]:
        """Return the criteria of a unit that wait for a finding at its stage."""
        if self.stage(unit) is ValueStage.APPRAISAL_2:
            sheet = self.sheet(unit)
            return frozenset(sheet.explained or ()) - sheet.found.get(ValueStage.APPRAISAL_2, {}).keys()
        return {code for code in unit.terms.appraisers if not self.progress_of(unit, code).found}

    def progress_of(self, unit: UnitInRound, criterion: str) -> CriterionProgress:
        return self.criteria.get((unit.terms.round, unit.terms.unit), {}).get(criterion, CriterionProgress())

    def sheet(self, unit: UnitInRound) -> Sheet:
        return self.sheets[stream_of(unit.terms.round, unit.terms.unit)]


@dataclass(frozen=True, slots=True)
class Item:
    """A criterion of a unit on the list. `mine`: it waits for the person, and not for another agency of the round."""

    unit: UnitInRound
    criterion: str
    state: ItemState
    progress: CriterionProgress
    mine: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.unit.terms.unit, self.criterion


@dataclass(frozen=True, slots=True)
class ListFilter:
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
        own = {"state": self.state or "", "of_unit": self.unit, "of_criterion": self.criterion}
        own |= {"every": "yes"} if self.every else {}
        pairs = {name: value for name, value in (own | more).items() if value}
        return f"?{urlencode(pairs)}" if pairs else ""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The items of a filtered list before and after one, and its place, such as "3 / 40". `item` is that one itself."""

    before: Item | None = None
    after: Item | None = None
    place: str = ""
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class ToUphold:
    """What upholding a list does: the items that it upholds, and the exceptions, each with the reason.

    `digest` names the items that are upheld, each with its claim. `more`: how many wait for another time.
    """

    upheld: Sequence[Item]
    exceptions: Sequence[tuple[Item, str]]
    digest: str
    more: int


@dataclass(frozen=True, slots=True)
class Worklist:
    """All that a person may appraise in a round, in the order of its units and of their set.

    `awaited` has the units that have not submitted yet, and `completed` how many are appraised.
    """

    found: FoundRound
    items: Sequence[Item]
    awaited: Sequence[UnitInRound]
    completed: int

    def wanted(self, filter_: ListFilter) -> list[Item]:
        return [item for item in self.items if filter_.admits(item)]

    def found_name(self, saved: str) -> str:
        """Return the name of the item that an address says was saved, where it has a finding; else ""."""
        for item in self.items:
            if saved == "/".join(item.key) and item.progress.found:
                return f"{item.unit.name}, {item.criterion}"
        return ""

    def neighbours(self, filter_: ListFilter, unit: str, criterion: str) -> Neighbours:
        """Return the neighbours of a criterion of a unit; after a finding the filter may no longer admit it itself."""
        order = {item.key: at for at, item in enumerate(self.items)}
        here = order.get((unit, criterion))
        if here is None:
            return Neighbours()
        listed = self.wanted(filter_)
        before = [item for item in listed if order[item.key] < here]
        after = [item for item in listed if order[item.key] > here]
        inside = len(before) + len(after) < len(listed)
        place = f"{len(before) + 1} / {len(listed)}" if inside else f"{len(listed)} mục trong danh sách"
        return Neighbours(before[-1] if before else None, after[0] if after else None, place, self.items[here])


async def sheets_to_appraise(context: ServiceContext, units: Sequence[UnitInRound]) -> SheetsToAppraise:
    """Return the sheets of some units as those see them who appraise, each write as soon as it is acknowledged."""
    if not units:
        return SheetsToAppraise()
    progress = await _progress(context, units)
    seen = SheetsToAppraise(await sheets_of(context.log, [unit.terms for unit in units], FOR_OFFICIALS), progress)
    again = [unit.terms for unit in units if seen.stage(unit) is ValueStage.APPRAISAL_2]
    return replace(seen, sheets={**seen.sheets, **await sheets_of(context.log, again, WITH_FINDINGS)})


async def _progress(context: ServiceContext, units: Sequence[UnitInRound]) -> ProgressByUnit:
    """Return how far the criteria are, from the read model, and from the log what that has not read yet.

    A read model reads each sheet in its order, so it has all entries of a unit up to the newest one that it has.
    """
    found = await criteria_in(context.engine, {unit.terms.round for unit in units})
    together: dict[tuple[str, str], dict[str, CriterionProgress]] = {
        (unit.terms.round, unit.terms.unit): dict(found.get((unit.terms.round, unit.terms.unit), {})) for unit in units
    }
    newest = {
        stream_of(*key): max((one.newest for one in of_unit.values()), default=0) for key, of_unit in together.items()
    }
    for recorded in await context.log.read_streams_after(newest, TOUCHING):
        of_unit = together[recorded.fact.round, recorded.fact.unit]
        before = of_unit.get(recorded.fact.criterion, CriterionProgress())
        of_unit[recorded.fact.criterion] = before.after(recorded)
    return together


async def worklist_of(context: ServiceContext, principal: Principal, round_id: str) -> Worklist:
    """Return what a person may appraise in a round; raise RoundUnknownError."""
    found = await round_of(context.log, round_id)
    [units] = await units_of_rounds(context.log, [found], lambda _: True)
    seen = await sheets_to_appraise(context, units)
    due = seen.due(units)
    may_see = [unit for unit in due if impartial(principal, unit)]
    return Worklist(
        found,
        [item for unit in may_see if seen.sheet(unit).submitted for item in _items(principal, unit, seen)],
        [unit for unit in may_see if not seen.sheet(unit).submitted],
        len(units) - len(due),
    )


async def to_uphold(context: ServiceContext, work: Worklist, filter_: ListFilter) -> ToUphold:
    """Return what upholding a filtered list does now: of the items without a finding, those that show their proof."""
    waiting = [item for item in work.wanted(filter_) if item.state is ItemState.TO_DO]
    now = waiting[:MOST_UPHELD]
    entries = await context.log.read_at(item.progress.claimed for item in now)
    reasons = {item.key: _alone(item, entries.get(item.progress.claimed)) for item in now}
    upheld = [item for item in now if not reasons[item.key]]
    names = "\n".join(f"{item.key} {item.progress.claimed}" for item in upheld)
    return ToUphold(
        upheld,
        [(item, why) for item in now if (why := reasons[item.key])],
        hashlib.sha256(names.encode()).hexdigest(),
        len(waiting) - len(now),
    )


def appraises(principal: Principal, unit: UnitInRound, criterion: str) -> bool:
    """Return whether a criterion of a unit waits for this person: the office's own, or that of an agency."""
    agency, authority = unit.terms.appraisers[criterion], unit.terms.authority
    return _is_of(principal, agency, authority) and not claims_it(principal, unit, criterion)


def claims_it(principal: Principal, unit: UnitInRound, criterion: str) -> bool:
    """Return whether the person belongs to the agency that claims a criterion in place of the unit."""
    claimant = unit.terms.claimants.get(criterion)
    nodes = (right.node for right in principal.rights)
    return claimant is not None and any(is_of(claimant, node, unit.terms.authority) for node in nodes)


def impartial(principal: Principal, unit: UnitInRound) -> bool:
    """Return whether the person has no right in the unit: who belongs to it appraises nothing of it."""
    return not any(covers(unit.terms.unit, right.node) for right in principal.rights)


def _items(principal: Principal, unit: UnitInRound, seen: SheetsToAppraise) -> Iterator[Item]:
    if seen.stage(unit) is ValueStage.EXPLANATION:
        return
    waiting, authority = seen.waiting(unit), unit.terms.authority
    agencies = {*unit.terms.appraisers.values()}  # some, where the criteria are many
    mine = {agency for agency in agencies if _is_of(principal, agency, authority)}
    admitted = mine | {agency for agency in agencies if principal.may((*ROUND_ROLES, Role.APPRAISER), agency)}
    for code, agency in unit.terms.appraisers.items():
        if agency in admitted and not claims_it(principal, unit, code):
            progress = seen.progress_of(unit, code)
            yield Item(unit, code, _state(progress, to_do=code in waiting), progress, agency in mine)


def _is_of(principal: Principal, agency: str, authority: str) -> bool:
    return principal.may(Role.APPRAISER, agency) or (agency == authority and principal.may(ROUND_ROLES, authority))


def _alone(item: Item, claim: Recorded | None) -> str:
    """Return why a person should look at an item alone before it is upheld; "" where it may be upheld with others."""
    if claim is None:
        return "Đơn vị chưa kê khai."
    if not claim.fact.applicable:
        return "Đơn vị khai không áp dụng."
    if item.unit.terms.leaves[item.criterion].evidence_required and not claim.fact.evidence:
        return "Cần tài liệu kiểm chứng; đơn vị chỉ giải trình."
    if claim.fact.confirmed:
        return "Số liệu bất thường mà đơn vị đã xác nhận."
    return ""


def _state(progress: CriterionProgress, *, to_do: bool) -> ItemState:
    if to_do:
        return ItemState.TO_DO
    return ItemState.CORRECTED if progress.corrected else ItemState.UPHELD
