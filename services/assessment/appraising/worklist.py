"""What a person may appraise in a round: each criterion of each unit that has submitted, and how far it is.

How far units and criteria are comes from the read model and, for what that has not read yet, from the log. The number
of queries does not grow with units and criteria.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple
from urllib.parse import urlencode

from assessment.appraising.queries import looks_of, seen_in
from assessment.appraising.state import (
    FOR_OFFICIALS,
    TOUCHING,
    ActingAppraiser,
    CriterionProgress,
    ItemState,
    UnitSeen,
)
from assessment.opening.events import RoundOpened
from assessment.opening.queries import UnitInRound, round_of, units_of_rounds
from assessment.opening.responsibility import is_of
from assessment.opening.stages import ValueStage
from assessment.opening.state import FoundRound
from assessment.opening.terms import Terms
from assessment.self_scoring.events import stream_of
from assessment.self_scoring.state import Sheet, stage_of
from parindex.auth import Asker, ForbiddenError, Role, covers
from parindex.auth.principal import Principal
from parindex.eventstore.registry import Recorded
from parindex.service import ServiceContext

MOST_UPHELD: Final = 2_000
"""Items that are upheld at once; a longer list is upheld in parts."""
ROUND_ROLES: Final = (Role.OFFICE, Role.COUNCIL)
UNTOUCHED: Final = CriterionProgress()
CHANGED: Final = "changed"
"""In an address, the state of the items that have changed since their reader saw them."""


@dataclass(frozen=True, slots=True)
class SheetToAppraise:
    """A unit as those see it who appraise: its sheet without claims and findings, its stage, and its criteria.

    `waiting` has the criteria that wait for a finding at its stage, `open_items` those that wait for the council.
    """

    sheet: Sheet
    stage: ValueStage
    criteria: Mapping[str, CriterionProgress]
    waiting: AbstractSet[str]
    open_items: AbstractSet[str] = frozenset()

    def progress_of(self, criterion: str) -> CriterionProgress:
        return self.criteria.get(criterion, UNTOUCHED)


@dataclass(frozen=True)
class SheetsToAppraise:
    """The sheets that appraisers, council and office look at, by round and unit."""

    seen: Mapping[tuple[str, str], SheetToAppraise] = field(default_factory=dict)

    def of(self, unit: UnitInRound) -> SheetToAppraise:
        return self.seen[unit.terms.round, unit.terms.unit]

    def due(self, units: Iterable[UnitInRound]) -> list[UnitInRound]:
        """Return the units whose appraisal is not complete for the coming closing."""
        return [unit for unit in units if self.of(unit).sheet.completed_for < unit.terms.due]


class Item(NamedTuple):
    """A criterion of a unit on the list. `mine`: it waits for the person, and not for another agency of the round.

    `seen`: up to which position of the log the person has seen it, 0 for never. A round has many thousand items, and a
    tuple is quick to make.
    """

    unit: UnitInRound
    criterion: str
    state: ItemState
    progress: CriterionProgress
    mine: bool
    seen: int = 0

    @property
    def changed(self) -> bool:
        """Whether something was said of it since the person saw it."""
        return 0 < self.seen < self.progress.newest

    @property
    def key(self) -> tuple[str, str]:
        return self.unit.terms.unit, self.criterion


@dataclass(frozen=True, slots=True)
class ListFilter:
    """The filter of a list, which is in its address. Empty: everything. `every`: the items of other agencies too.

    `changed`: those that have changed since their reader saw them; in the address it is a state.
    """

    state: ItemState | None = None
    unit: str = ""
    criterion: str = ""
    every: bool = False
    changed: bool = False

    def admits(self, item: Item) -> bool:
        return (
            (self.every or item.mine)
            and self.unit in {"", item.unit.terms.unit}
            and self.criterion in {"", item.criterion}
            and self.state in {None, item.state}
            and (not self.changed or item.changed)
        )

    def query(self, **more: object) -> str:
        """Return the query of an address with this filter; "" for none."""
        own = {
            "state": CHANGED if self.changed else self.state or "",
            "of_unit": self.unit,
            "of_criterion": self.criterion,
        }
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

    def since(self, position: int) -> "Worklist":
        """Return the list for one who has seen all items up to a position of the log; 0: as the person has."""
        return replace(self, items=[item._replace(seen=position) for item in self.items]) if position else self

    def wanted(self, filter_: ListFilter) -> list[Item]:
        return [item for item in self.items if filter_.admits(item)]

    def found_name(self, saved: str) -> str:
        """Return the name of the item that an address says was saved, where it has a finding; else ""."""
        unit, _, criterion = saved.partition("/")
        at = self._place(unit, criterion) if saved else None
        item = self.items[at] if at is not None else None
        return f"{item.unit.name}, {item.criterion}" if item and item.progress.found else ""

    def neighbours(self, filter_: ListFilter, unit: str, criterion: str) -> Neighbours:
        """Return the neighbours of a criterion of a unit; after a finding the filter may no longer admit it itself."""
        here = self._place(unit, criterion)
        if here is None:
            return Neighbours()
        item = self.items[here]
        before = [each for each in self.items[:here] if filter_.admits(each)]
        after = [each for each in self.items[here + 1 :] if filter_.admits(each)]
        listed = len(before) + len(after)
        place = f"{len(before) + 1} / {listed + 1}" if filter_.admits(item) else f"{listed} mục trong danh sách"
        return Neighbours(before[-1] if before else None, after[0] if after else None, place, item)

    def _place(self, unit: str, criterion: str) -> int | None:
        wanted = unit, criterion
        return next((at for at, item in enumerate(self.items) if item.key == wanted), None)


async def sheets_to_appraise(context: ServiceContext, units: Sequence[UnitInRound]) -> SheetsToAppraise:
    """Return the sheets of some units as those see them who appraise, each write as soon as it is acknowledged.

    The read model has one row for each unit, with the version up to which it has read the sheet; the log has the rest.
    """
    if not units:
        return SheetsToAppraise()
    stored = await seen_in(context.engine, {unit.terms.round for unit in units})
    terms = {(unit.terms.round, unit.terms.unit): unit.terms for unit in units}
    known = {key: stored.get(key, UnitSeen()) for key in terms}
    after = {stream_of(*key): seen.version for key, seen in known.items()}
    newer: defaultdict[tuple[str, str], list[Recorded]] = defaultdict(list)
    for recorded in await context.log.read_streams_after(after, (*FOR_OFFICIALS, *TOUCHING)):
        newer[recorded.fact.round, recorded.fact.unit].append(recorded)
    known |= {key: known[key].after(recorded) for key, recorded in newer.items()}
    return SheetsToAppraise({key: _to_appraise(terms[key], seen) for key, seen in known.items()})


def _to_appraise(terms: Terms, seen: UnitSeen) -> SheetToAppraise:
    stage = _stage(terms, seen)
    items = seen.open_items(terms.due) if terms.council else frozenset[str]()
    if stage is ValueStage.APPRAISAL_2:
        done = {code for code, one in seen.criteria.items() if one.stage == stage}
        return SheetToAppraise(seen.sheet, stage, seen.criteria, frozenset(seen.sheet.explained or ()) - done, items)
    done = {code for code, one in seen.criteria.items() if one.found}
    return SheetToAppraise(seen.sheet, stage, seen.criteria, terms.appraisers.keys() - done, items)


def _stage(terms: Terms, seen: UnitSeen) -> ValueStage:
    """Return the stage of a sheet without its findings; the newest ones say whether the council has begun to decide."""
    stage = stage_of(terms, seen.sheet)
    appraised = stage in {ValueStage.APPRAISAL_1, ValueStage.APPRAISAL_2}
    decided = appraised and ValueStage.COUNCIL in {one.stage for one in seen.criteria.values()}
    return ValueStage.COUNCIL if decided else stage


async def worklist_of(context: ServiceContext, principal: Principal, round_id: str) -> Worklist:
    """Return what a person may appraise in a round; raise RoundUnknownError."""
    found = await round_of(context.log, round_id)
    [units] = await units_of_rounds(context.log, [found], lambda _: True)
    seen = await sheets_to_appraise(context, units)
    due = seen.due(units)
    visible = [unit for unit in due if impartial(principal, unit)]
    reach = _reach(principal, units, found.opened.authority)
    looks = await looks_of(context.log, principal.subject, round_id)
    return Worklist(
        found,
        [
            item
            for unit in visible
            if seen.of(unit).sheet.submitted
            for item in _items(principal, unit, seen.of(unit), reach, looks.get(unit.terms.unit, {}))
        ],
        [unit for unit in visible if not seen.of(unit).sheet.submitted],
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


def acting(asker: Asker, terms: Terms) -> ActingAppraiser:
    """Return the agencies for which the asker may speak in this round; the rules decide what follows."""
    agencies = {terms.authority, *terms.appraisers.values()}
    return ActingAppraiser(
        frozenset(node for node in agencies if asker.may(node)),
        frozenset(right.node for right in asker.principal.rights),
        asker.subject,
    )


def require_official(asker: Asker, opened: RoundOpened) -> None:
    """Raise ForbiddenError for who appraises nothing of a round."""
    agencies = {opened.authority, *(each.appraiser for each in opened.appraisers)}
    if not [agency for agency in sorted(agencies) if asker.may(agency)]:
        raise ForbiddenError(asker.rule.roles)


def may_see(principal: Principal, unit: UnitInRound, criterion: str) -> bool:
    """Return whether a person may see how a criterion of a unit is appraised: its agency, and those above."""
    agency = unit.terms.appraisers.get(criterion)
    if agency is None or not impartial(principal, unit) or claims_it(principal, unit, criterion):
        return False
    return agency in _reach(principal, [unit], unit.terms.authority)


def appraises(principal: Principal, unit: UnitInRound, criterion: str) -> bool:
    """Return whether a criterion of a unit waits for this person: the office's own, or that of an agency."""
    agency, authority = unit.terms.appraisers[criterion], unit.terms.authority
    return _is_of(principal, agency, authority) and not claims_it(principal, unit, criterion)


def claims_it(principal: Principal, unit: UnitInRound, criterion: str) -> bool:
    """Return whether the person belongs to the agency that claims a criterion in place of the unit."""
    claimant = unit.terms.claimants.get(criterion)
    if claimant is None:
        return False
    return any(is_of(claimant, right.node, unit.terms.authority) for right in principal.rights)


def impartial(principal: Principal, unit: UnitInRound) -> bool:
    """Return whether the person has no right in the unit: who belongs to it appraises nothing of it."""
    return not any(covers(unit.terms.unit, right.node) for right in principal.rights)


def _reach(principal: Principal, units: Sequence[UnitInRound], authority: str) -> Mapping[str, bool]:
    """Return the agencies whose items a person may see, each with whether the items wait for the person."""
    agencies = {agency for unit in units for agency in {*unit.terms.appraisers.values()}}  # some, of many criteria
    mine = {agency for agency in agencies if _is_of(principal, agency, authority)}
    seen = {agency for agency in agencies if principal.may((*ROUND_ROLES, Role.APPRAISER), agency)}
    return {agency: agency in mine for agency in mine | seen}


def _items(
    principal: Principal,
    unit: UnitInRound,
    seen: SheetToAppraise,
    reach: Mapping[str, bool],
    looks: Mapping[str, int],
) -> Iterator[Item]:
    if seen.stage is ValueStage.EXPLANATION:
        return
    for code, agency in unit.terms.appraisers.items():
        if agency in reach and not claims_it(principal, unit, code):
            progress = seen.progress_of(code)
            state = _state(progress, to_do=code in seen.waiting)
            yield Item(unit, code, state, progress, reach[agency], looks.get(code, 0))


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
