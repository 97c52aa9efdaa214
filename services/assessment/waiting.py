"""What waits for a person at assessment: sheets, criteria to appraise, appraisals and rounds to end, items of plans.

Sheets are read from the log, and findings from the read model and the newer entries of the log, so each step is seen at
once. The number of queries does not grow with rounds and units.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from assessment.appraising.worklist import ROUND_ROLES, SheetsToAppraise, appraises, impartial, sheets_to_appraise
from assessment.opening.queries import UnitInRound, listed_rounds, rounds_of, units_of_rounds
from assessment.opening.stages import ValueStage
from assessment.opening.state import FoundRound
from assessment.opening.terms import part_of
from assessment.scheduling.checks import OF_AGENCIES
from assessment.scheduling.queries import due_items, plans_above
from assessment.self_scoring.checks import missing_from, unreported
from assessment.self_scoring.events import assignments_of, stream_of
from assessment.self_scoring.queries import Assigned, assigned_among, sheets_of
from assessment.self_scoring.reading import parts_in
from assessment.self_scoring.state import Sheet, SheetState, appraisal_deadline, deadline_of, stage_deadline, stage_of
from parindex.auth import Asker, Role, covers
from parindex.auth.principal import Principal
from parindex.instant import instant
from parindex.service import ServiceContext
from parindex.values.days import VIETNAM, day_in_vietnam
from parindex.web.desk import Waiting

OF_UNIT: Final = (Role.UNIT, Role.LEADER)
SOON: Final = 7
"""Days before its end from which an item of a plan waits for its agencies."""


@dataclass(frozen=True)
class RoundUnderWay:
    """A round that is not closed, with those of its units that concern the person."""

    found: FoundRound
    units: Sequence[UnitInRound]


async def waiting(context: ServiceContext, asker: Asker) -> Sequence[Waiting]:
    """Return what waits for the asker in the rounds that are not closed."""
    principal = asker.principal
    rounds = await _open_rounds(context, principal)
    units = [unit for each in rounds for unit in each.units]
    own = [unit for unit in units if principal.may(OF_UNIT, unit.terms.unit)]
    official = [each for each in rounds if _acts_in(principal, each)]
    sheets = await sheets_of(context.log, [unit.terms for unit in own])
    assigned = await assigned_among(context.log, [unit.terms for unit in own])
    seen = await sheets_to_appraise(context, [unit for each in official for unit in each.units])
    several = len({unit.terms.unit for unit in own}) > 1
    parts = await parts_in(context.log, [each.found for each in rounds], principal)
    of_parts = await sheets_of(context.log, [part.terms for part in parts])
    return [
        *(one for unit in own for one in _of_unit(principal, unit, sheets, several=several)),
        *(one for unit in own for one in _of_explanation(principal, unit, sheets)),
        *(one for unit in own for one in _of_me(principal, unit, sheets, assigned)),
        *(one for part in parts for one in _of_part(part, of_parts[stream_of(part.terms.round, part.terms.unit)])),
        *(one for each in official for one in _of_round(principal, each, seen)),
        *[one async for one in _of_plans(context, principal)],
    ]


async def _of_plans(context: ServiceContext, principal: Principal) -> AsyncIterator[Waiting]:
    """Yield the items of plans that name an agency of the asker, and are late or end soon."""
    nodes = [right.node for right in principal.rights if right.role in OF_AGENCIES]
    today = day_in_vietnam(instant(context.now()))
    for plan in await plans_above(context.log, nodes):
        for one, timing in due_items(plan, today, SOON):
            if any(principal.may(OF_AGENCIES, node) for node in one.item.agencies):
                until = instant(datetime.combine(date.fromisoformat(timing.until), time.max, VIETNAM))
                at = f"authorities/{plan.authority}/plans/{plan.year}/items/{one.item.code}"
                yield Waiting("plan-item", f"Kế hoạch: {one.item.title}", plan.title, until=until, address=at)


async def _open_rounds(context: ServiceContext, principal: Principal) -> list[RoundUnderWay]:
    nodes = [right.node for right in principal.rights if right.role in {*OF_UNIT, *ROUND_ROLES, Role.APPRAISER}]
    every = principal.has((*ROUND_ROLES, Role.APPRAISER))
    listed = await listed_rounds(context.engine) if nodes else []
    wanted = [
        one.round
        for one in listed
        if not one.closed and any(covers(node, one.authority) or covers(one.authority, node) for node in nodes)
    ]
    found = [one for one in await rounds_of(context.log, wanted) if not one.state.closed]
    units = await units_of_rounds(context.log, found, lambda code: every or principal.may(OF_UNIT, code))
    return [RoundUnderWay(one, of_it) for one, of_it in zip(found, units, strict=True)]


def _acts_in(principal: Principal, of: RoundUnderWay) -> bool:
    agencies = {agency for unit in of.units for agency in unit.terms.appraisers.values()}
    return principal.may(ROUND_ROLES, of.found.opened.authority) or any(
        principal.may(Role.APPRAISER, agency) for agency in agencies
    )


def _of_unit(
    principal: Principal, unit: UnitInRound, sheets: Mapping[str, Sheet], *, several: bool
) -> Iterator[Waiting]:
    terms = unit.terms
    sheet = sheets[stream_of(terms.round, terms.unit)]
    itself = part_of(terms, {terms.unit})
    missing = len({part.criterion for part in missing_from(itself, sheet)})
    about = f"{unit.title} – {unit.name}" if several else unit.title
    at = f"rounds/{terms.round}/units/{terms.unit}"

    def one(kind: str, what: str, count: int = 0) -> Waiting:
        return Waiting(kind, what, about, terms.round, terms.unit, count, deadline_of(terms, sheet), at)

    if principal.may(Role.LEADER, terms.unit) and sheet.state is SheetState.SENT:
        yield one("approve", "Duyệt hoặc trả lại phiếu tự chấm của đơn vị")
    if not principal.may(Role.UNIT, terms.unit):
        return
    if sheet.state is SheetState.APPROVED:
        yield one("submit", "Nộp phiếu tự chấm: lãnh đạo đã duyệt")
    elif sheet.state is SheetState.RETURNED:
        yield one("correct", f"Sửa phiếu mà lãnh đạo trả lại, rồi gửi lại{_lacking(missing)}", missing)
    elif sheet.state is SheetState.DRAFT and missing:
        yield one("fill-in", f"Tự chấm{_lacking(missing)}", missing)
    elif sheet.state is SheetState.DRAFT and not unreported(terms, sheet):
        yield (
            one("send", "Đã đủ tiêu chí: gửi lãnh đạo duyệt")
            if terms.approval
            else one("submit", "Đã đủ tiêu chí: nộp phiếu tự chấm")
        )


def _of_explanation(principal: Principal, unit: UnitInRound, sheets: Mapping[str, Sheet]) -> Iterator[Waiting]:
    """Yield the explanation that is open: the unit writes it, and submits it where its leader does not."""
    terms = unit.terms
    sheet = sheets[stream_of(terms.round, terms.unit)]
    if stage_of(terms, sheet) is not ValueStage.EXPLANATION:
        return
    count, until = len(sheet.cut), stage_deadline(terms, sheet, ValueStage.EXPLANATION)
    at, about = f"rounds/{terms.round}/units/{terms.unit}/explanation", f"{unit.title} – {unit.name}"
    if principal.may(Role.UNIT, terms.unit):
        what = f"Giải trình {count} tiêu chí mà thẩm định lần 1 điều chỉnh"
        yield Waiting("explain", what, about, terms.round, terms.unit, count, until, at)
    if terms.approval and principal.may(Role.LEADER, terms.unit):
        what = "Duyệt và nộp bản giải trình của đơn vị"
        yield Waiting("submit-explanation", what, about, terms.round, terms.unit, count, until, at)


def _of_me(
    principal: Principal, unit: UnitInRound, sheets: Mapping[str, Sheet], assigned: Mapping[str, Assigned]
) -> Iterator[Waiting]:
    """Yield the criteria that are assigned to this person and lack something, while the unit has its sheet."""
    terms = unit.terms
    sheet = sheets[stream_of(terms.round, terms.unit)]
    mine = assigned[assignments_of(terms.round, terms.unit)].of(principal.subject)
    missing = len({part.criterion for part in missing_from(terms, sheet)} & mine)
    if principal.may(Role.UNIT, terms.unit) and sheet.state in {SheetState.DRAFT, SheetState.RETURNED} and missing:
        what, at = f"Tiêu chí giao cho bạn{_lacking(missing)}", f"rounds/{terms.round}/units/{terms.unit}?only=mine"
        about = f"{unit.title}: phần của bạn"
        yield Waiting("mine", what, about, terms.round, terms.unit, missing, deadline_of(terms, sheet), at)


def _of_part(part: UnitInRound, sheet: Sheet) -> Iterator[Waiting]:
    """Yield the part of a unit that an agency of the person claims: to fill in, to report, or to explain."""
    terms, about = part.terms, f"{part.title} – {part.name}"
    at, missing = (
        f"rounds/{terms.round}/units/{terms.unit}",
        len({each.criterion for each in missing_from(terms, sheet)}),
    )
    if sheet.state in {SheetState.DRAFT, SheetState.RETURNED} and unreported(terms, sheet):
        what = f"Tự chấm thay đơn vị{_lacking(missing)}" if missing else "Đã đủ tiêu chí: báo cáo phần tự chấm"
        yield Waiting("part", what, about, terms.round, terms.unit, missing, deadline_of(terms, sheet), at)
    cut = [code for code in sheet.cut if code in terms.appraisers]
    if cut and stage_of(terms, sheet) is ValueStage.EXPLANATION:
        what, until = (
            f"Giải trình thay đơn vị {len(cut)} tiêu chí",
            stage_deadline(terms, sheet, ValueStage.EXPLANATION),
        )
        yield Waiting("explain", what, about, terms.round, terms.unit, len(cut), until, f"{at}/explanation")


def _lacking(missing: int) -> str:
    return f": còn thiếu {missing} tiêu chí" if missing else ""


def _of_round(principal: Principal, of: RoundUnderWay, seen: SheetsToAppraise) -> Iterator[Waiting]:
    opened = of.found.opened
    due = seen.due(of.units)
    submitted = [unit for unit in due if seen.of(unit).sheet.submitted and impartial(principal, unit)]
    for unit in submitted:
        if mine := [code for code in seen.of(unit).waiting if appraises(principal, unit, code)]:
            terms, until = unit.terms, stage_deadline(unit.terms, seen.of(unit).sheet, seen.of(unit).stage)
            what = f"Thẩm định: {len(mine)} tiêu chí chưa có kết quả"
            about, at = (
                f"{unit.title} – {unit.name}",
                f"rounds/{terms.round}/appraisal?state=to-do&of_unit={terms.unit}",
            )
            yield Waiting("appraise", what, about, terms.round, terms.unit, len(mine), until, at)
    if not principal.may(ROUND_ROLES, opened.authority):
        return
    done = [unit for unit in submitted if not seen.of(unit).waiting]
    first = [unit for unit in done if unit.terms.two_appraisals and seen.of(unit).stage is ValueStage.APPRAISAL_1]
    later = [unit for unit in done if unit not in first and seen.of(unit).stage is not ValueStage.EXPLANATION]
    whole = [unit for unit in later if not seen.of(unit).open_items]
    for kind, what, ready in (
        ("announce", "Thông báo kết quả thẩm định lần 1, hoặc hoàn thành nếu không điều chỉnh gì: {} đơn vị", first),
        ("complete", "Hoàn thành thẩm định: {} đơn vị đã có đủ kết quả", whole),
    ):
        if ready:
            until = min(
                filter(None, (appraisal_deadline(unit.terms, seen.of(unit).sheet) for unit in ready)), default=""
            )
            yield Waiting(
                kind, what.format(len(ready)), opened.shown_title, opened.round,
                count=len(ready), until=until, address=f"rounds/{opened.round}",
            )  # fmt: skip
    items = sum(len(seen.of(unit).open_items) for unit in later)
    if items and principal.may(Role.COUNCIL, opened.authority):
        what, at = f"Hội đồng: {items} tiêu chí chờ quyết định", f"rounds/{opened.round}/council"
        yield Waiting("deliberate", what, opened.shown_title, opened.round, count=items, address=at)
    if not due:
        what, at = "Đóng đợt: mọi đơn vị đã thẩm định xong", f"rounds/{opened.round}"
        yield Waiting("close", what, opened.shown_title, opened.round, address=at)
