"""HTTP endpoints of plans: the office draws a plan up and keeps it, agencies set the state of their items."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from assessment.registering.queries import register_or_none
from assessment.scheduling.bodies import (
    ItemStateIn,
    PlanIn,
    PlanIssuanceIn,
    PlanItemIn,
    PlanListed,
    PlanOut,
    PlanTemplateOut,
    SurveyCostIn,
    plan_out,
)
from assessment.scheduling.checks import OF_AGENCIES
from assessment.scheduling.commands import (
    EnterPlanItem,
    EnterSurveyCost,
    IssuePlan,
    PlanCommand,
    PreparePlan,
    RecordItemState,
    RemovePlanItem,
)
from assessment.scheduling.decisions import item_of, scheduling
from assessment.scheduling.events import plans_of
from assessment.scheduling.items import TEMPLATES
from assessment.scheduling.queries import (
    DatedRound,
    agencies_compared,
    exercise_plan,
    exercise_plans,
    items_of,
    plans_for,
)
from assessment.scheduling.refusals import NotOfThisItemError, PlanTemplateUnknownError, PlanUnknownError
from assessment.scheduling.state import ExercisePlan, next_year
from assessment.scheduling.writing import write_costs, write_plan
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow, signed_in
from parindex.eventstore.appending import Appended, Sealed
from parindex.eventstore.command_handling import execute
from parindex.eventstore.sealing import Seals
from parindex.eventstore.vault import open_sealed
from parindex.http.fields import Id, Whole
from parindex.http.file_transfer import A_WORKBOOK, workbook_response
from parindex.http.path_fields import AuthorityCode
from parindex.http.problems import problems
from parindex.http.write_endpoints import EDITABLE, WRITE, IncomingWrite, WriteRequest, etag, receipt
from parindex.instant import instant
from parindex.service import ServiceContext
from parindex.values.days import FIRST_ROUND, LAST_ROUND, day_in_vietnam, day_text

PLANS: Final = "/v1/authorities/{authority}/plans"
PLAN: Final = PLANS + "/{year}"
ITEM: Final = PLAN + "/items/{item}"

YearOfPlan = Annotated[
    Whole, Path(ge=FIRST_ROUND, le=LAST_ROUND, description="Năm của kế hoạch. The year of the plan.")
]
ItemCode = Annotated[Id, Path(description="Mã nội dung của kế hoạch. The code of an item of a plan.")]
Office = Annotated[Asker, allow(Role.OFFICE, at="authority")]
Agency = Annotated[Asker, allow(*OF_AGENCIES)]
Reader = Annotated[Asker, signed_in]
RoundsOf = Callable[[str, int], Awaitable[Sequence[DatedRound]]]
"""Returns the rounds of an authority in a year; a later step has them, so the service passes the function in."""


def routes(context: ServiceContext, rounds_of: RoundsOf) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()
    _add_reads(router, context, rounds_of)
    _add_writes(router, context)

    @router.put(ITEM + "/state", **WRITE)
    async def mark_plan_item(
        authority: AuthorityCode, year: YearOfPlan, item: ItemCode, body: ItemStateIn, write: IncomingWrite,
        asker: Agency,
    ) -> Response:  # fmt: skip
        """Ghi tiến độ của một nội dung: cơ quan chủ trì, phối hợp, hoặc cơ quan lập kế hoạch. Set an item's state."""
        marked = await mark(context, (authority, year, item), body, write, asker)
        return receipt(marked, plans_of(authority))

    return router


async def mark(
    context: ServiceContext, at: tuple[str, int, str], body: ItemStateIn, write: WriteRequest, asker: Asker
) -> Appended:
    """Set the state of an item, for the API and for the pages; `at` is its authority, year and code.

    Raises NotOfThisItemError, and the refusals of `decide`.
    """
    authority, year, code = at
    plan, _ = await exercise_plan(context.log, authority, year, asker)
    require_agency(plan, code, asker)
    seals, on = Seals(), day_text(body.on) or today_of(context)
    command = RecordItemState(authority, year, code, body.state, on, seals.commit(body.note, "plan-note"))
    return await carry_out(context, command, write, asker, seals.all)


def require_agency(plan: ExercisePlan, code: str, asker: Asker) -> None:
    """Raise NotOfThisItemError unless the asker may set the state of an item."""
    office = asker.may(plan.authority) and asker.principal.may(Role.OFFICE, plan.authority)
    if not (office or any(asker.may(node) for node in item_of(plan, code).item.agencies)):
        raise NotOfThisItemError


async def draw_up(context: ServiceContext, authority: str, body: PlanIn, write: WriteRequest, asker: Asker) -> Appended:
    """Draw up the plan of a year, for the API and for the pages. Raises as `_drawn_up` and `decide` do."""
    return await carry_out(context, await _drawn_up(context, authority, body), write, asker)


def today_of(context: ServiceContext) -> str:
    """Return the day in Việt Nam."""
    return day_in_vietnam(instant(context.now()))


async def plan_workbook(plan: ExercisePlan, today: str) -> Response:
    """Answer with the workbook of a plan."""
    content = await asyncio.to_thread(write_plan, plan, today)
    return workbook_response(content, f"ke-hoach-{plan.authority}-{plan.year}.xlsx")


async def cost_workbook(plan: ExercisePlan) -> Response:
    """Answer with the workbook of the costs of a plan's survey."""
    content = await asyncio.to_thread(write_costs, plan)
    return workbook_response(content, f"du-toan-dieu-tra-{plan.authority}-{plan.year}.xlsx")


def _add_reads(router: APIRouter, context: ServiceContext, rounds_of: RoundsOf) -> None:
    @router.get("/v1/plan-templates", dependencies=[signed_in])
    async def list_plan_templates() -> list[PlanTemplateOut]:
        """Các mẫu kế hoạch. The templates of plans."""
        return [
            PlanTemplateOut(
                code=code, name=one.name, items=[item.title for item in one.items],
                sources=[item.source for item in one.items],
            )
            for code, one in TEMPLATES.items()
        ]  # fmt: skip

    @router.get(PLANS, responses=EDITABLE)
    async def list_plans(authority: AuthorityCode, asker: Reader, response: Response) -> list[PlanListed]:
        """Các kế hoạch của một cơ quan, năm mới trước. The plans of an authority, the newest first."""
        loaded = await plans_for(context.log, authority, asker)
        response.headers["ETag"] = etag(loaded.version)
        return [
            PlanListed(year=one.year, title=one.title, number=one.number, issued_on=one.issued_on)
            for _, one in sorted(loaded.state.years.items(), reverse=True)
        ]

    @router.get(PLAN, responses=EDITABLE)
    async def read_plan(authority: AuthorityCode, year: YearOfPlan, asker: Reader, response: Response) -> PlanOut:
        """Kế hoạch của một năm, nội dung chậm đứng trước. The plan of a year, late items first."""
        plan, version = await exercise_plan(context.log, authority, year, asker)
        response.headers["ETag"] = etag(version)
        opened = await open_sealed(context.log, [one.note for one in plan.items.values() if one.note])
        notes = {one: each.shown for one, each in opened.items()}
        register, _ = await register_or_none(context.log, authority)
        warnings = agencies_compared(register, plan)
        return plan_out(plan, today_of(context), notes, await rounds_of(authority, year), warnings)

    @router.get(PLAN + "/workbook", response_class=Response, responses={200: A_WORKBOOK, **problems(404)})
    async def download_plan(authority: AuthorityCode, year: YearOfPlan, asker: Reader) -> Response:
        """Kế hoạch thành bảng phụ lục trong tệp Excel. The plan as the table of its annex, in a workbook."""
        plan, _ = await exercise_plan(context.log, authority, year, asker)
        return await plan_workbook(plan, today_of(context))

    @router.get(PLAN + "/survey-cost-workbook", response_class=Response, responses={200: A_WORKBOOK, **problems(404)})
    async def download_survey_cost(authority: AuthorityCode, year: YearOfPlan, asker: Reader) -> Response:
        """Dự toán điều tra thành tệp Excel, có công thức. The costs of the survey as a workbook, with formulas."""
        plan, _ = await exercise_plan(context.log, authority, year, asker)
        return await cost_workbook(plan)


def _add_writes(router: APIRouter, context: ServiceContext) -> None:
    @router.post(PLANS, **WRITE)
    async def draw_up_plan(authority: AuthorityCode, body: PlanIn, write: IncomingWrite, asker: Office) -> Response:
        """Lập kế hoạch của một năm, từ mẫu hoặc từ kế hoạch năm trước. Draw up the plan of a year."""
        return receipt(await draw_up(context, authority, body, write, asker), plans_of(authority))

    @router.put(ITEM, **WRITE)
    async def set_plan_item(
        authority: AuthorityCode, year: YearOfPlan, item: ItemCode, body: PlanItemIn, write: IncomingWrite,
        asker: Office,
    ) -> Response:  # fmt: skip
        """Thêm hoặc sửa một nội dung của kế hoạch. Add an item, or change it; its state stays."""
        return await _execute(context, EnterPlanItem(authority, year, body.to_record(item)), write, asker)

    @router.post(ITEM + "/removal", **WRITE)
    async def remove_plan_item(
        authority: AuthorityCode, year: YearOfPlan, item: ItemCode, write: IncomingWrite, asker: Office
    ) -> Response:
        """Bỏ một nội dung khỏi kế hoạch. Remove an item on which no other item depends."""
        return await _execute(context, RemovePlanItem(authority, year, item), write, asker)

    @router.put(PLAN + "/issuance", **WRITE)
    async def issue_plan(
        authority: AuthorityCode, year: YearOfPlan, body: PlanIssuanceIn, write: IncomingWrite, asker: Office
    ) -> Response:
        """Ghi số và ngày ban hành kế hoạch. Record the document that issues the plan."""
        return await _execute(context, IssuePlan(authority, year, body.number, day_text(body.issued_on)), write, asker)

    @router.put(PLAN + "/survey-cost", **WRITE)
    async def estimate_survey_cost(
        authority: AuthorityCode, year: YearOfPlan, body: SurveyCostIn, write: IncomingWrite, asker: Office
    ) -> Response:
        """Ghi dự toán điều tra xã hội học, thay cho dự toán trước. Record what the survey will cost."""
        command = EnterSurveyCost(authority, year, body.to_records(), body.contingency)
        return await _execute(context, command, write, asker)


async def _drawn_up(context: ServiceContext, authority: str, body: PlanIn) -> PreparePlan:
    """Return the command of a new plan. Raises PlanTemplateUnknownError, and PlanUnknownError for an earlier year."""
    if body.from_last_year:
        plans = await exercise_plans(context.log, authority)
        if (former := plans.state.years.get(body.year - 1)) is None:
            raise PlanUnknownError(authority, body.year - 1)
        return PreparePlan(authority, body.year, body.title, str(former.year), next_year(items_of(former)))
    if not body.template:
        return PreparePlan(authority, body.year, body.title)
    if (template := TEMPLATES.get(body.template)) is None:
        raise PlanTemplateUnknownError(body.template)
    return PreparePlan(authority, body.year, body.title, body.template, template.items)


async def carry_out(
    context: ServiceContext, command: PlanCommand, write: WriteRequest, asker: Asker, sealed: list[Sealed] | None = None
) -> Appended:
    """Decide a command about an authority's plans and append its event. Raises the refusals of `decide`."""
    metadata = write.metadata(asker, command.authority, await context.moment(), sealed or ())
    return await execute(context.log, plans_of(command.authority), scheduling, command, metadata, write.if_match)


async def _execute(context: ServiceContext, command: PlanCommand, write: WriteRequest, asker: Asker) -> Response:
    return receipt(await carry_out(context, command, write, asker), plans_of(command.authority))
