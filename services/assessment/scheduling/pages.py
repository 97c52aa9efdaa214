"""The pages of plans: the list, one plan with its calendar, one item, and the forms of the office.

They execute the commands that the API executes. Everyone who may read a plan sees its pages.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.registering.queries import register_or_none
from assessment.scheduling import editing
from assessment.scheduling.api import (
    ItemCode,
    RoundsOf,
    YearOfPlan,
    cost_workbook,
    draw_up,
    mark,
    plan_workbook,
    require_agency,
    today_of,
)
from assessment.scheduling.checks import OF_AGENCIES, may_mark
from assessment.scheduling.decisions import item_of
from assessment.scheduling.display import (
    COST_COLUMNS,
    OWN_COLUMNS,
    PLAN_COLUMNS,
    ROUND_COLUMNS,
    STATE_CHOICES,
    WEEK,
    begin_choices,
    cost_rows,
    item_lines,
    item_summary,
    list_rows,
    months_of,
    plan_rows,
    plan_summary,
    round_rows,
)
from assessment.scheduling.editing import ITEM, OF_ITEM_FORM, PLAN, Office, of_plan, shown_page, status_of
from assessment.scheduling.forms import NEW_PLAN, STATE, plan_in, state_in, texts_of_plan
from assessment.scheduling.queries import agencies_compared, exercise_plan, last_of_item, plans_above, plans_for
from assessment.scheduling.state import ExercisePlan, ExercisePlans, timings
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page, signed_in_page
from parindex.eventstore.appending import Appended
from parindex.eventstore.vault import open_sealed
from parindex.http.path_fields import AuthorityCode
from parindex.http.routes import join_routes
from parindex.http.write_endpoints import WriteRequest
from parindex.refusal import Refused
from parindex.service import ServiceContext
from parindex.web.forms import PAGE_FORM, fresh_key, see_other
from parindex.web.saving import save_beside_others

STEP: Final = "assessment.scheduling"
PLANS: Final = "/authorities/{authority}/plans"
OF_LIST, OF_PLAN, OF_ITEM = "../../", "../../../", "../../../../../"
"""The way from a page to the root of the service."""
DONE: Final = {
    "drawn-up": "Đã lập kế hoạch.",
    "state": "Đã ghi tiến độ.",
    "item": "Đã lưu nội dung.",
    "removed": "Đã bỏ nội dung khỏi kế hoạch.",
    "issued": "Đã ghi văn bản ban hành.",
    "costs": "Đã lưu dự toán.",
}
"""The words about the command that led to the page of a plan, by its name in the address."""

Reader = Annotated[Asker, signed_in_page]
Agency = Annotated[Asker, allow_page(*OF_AGENCIES)]


def routes(context: ServiceContext, rounds_of: RoundsOf) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(include_in_schema=False)
    _add_lists(router, context)
    _add_plan(router, context, rounds_of)
    _add_item(router, context)
    join_routes(router, editing.routes(context))
    return router


def _add_lists(router: APIRouter, context: ServiceContext) -> None:
    @router.get("/plans")
    async def own_plans(asker: Reader) -> Response:
        plans = await plans_above(context.log, [right.node for right in asker.principal.rights])
        offices = sorted({right.node for right in asker.principal.rights if right.role is Role.OFFICE})
        values = {"plans": plan_rows(plans, ""), "columns": OWN_COLUMNS, "offices": offices}
        return shown_page("plans.html", "", asker, values)

    @router.get(PLANS)
    async def plans_page(authority: AuthorityCode, asker: Reader) -> Response:
        loaded = await plans_for(context.log, authority, asker)
        return _list_page(authority, loaded.state, asker, texts_of_plan(loaded.state, int(today_of(context)[:4])))

    @router.post(PLANS, **PAGE_FORM)
    async def draw_up_from_page(request: Request, authority: AuthorityCode, asker: Office) -> Response:
        sent = await NEW_PLAN.read(request)
        try:
            body = plan_in(sent)
            await draw_up(context, authority, body, sent.write, asker)
        except Refused as refused:
            loaded = await plans_for(context.log, authority, asker)
            texts = {name: sent.text(name) for name in NEW_PLAN.fields}
            return _list_page(authority, loaded.state, asker, texts, refused)
        return see_other(f"plans/{body.year}?done=drawn-up")


def _add_plan(router: APIRouter, context: ServiceContext, rounds_of: RoundsOf) -> None:
    @router.get(PLAN)
    async def plan_page(authority: AuthorityCode, year: YearOfPlan, asker: Reader, done: str = "") -> Response:
        plan, version = await exercise_plan(context.log, authority, year, asker)
        today, rounds = today_of(context), await rounds_of(authority, year)
        register, _ = await register_or_none(context.log, authority)
        absent = dict.fromkeys(one.vi for _, one in agencies_compared(register, plan))
        items, (costs, sums) = item_lines(plan, today, asker.principal), cost_rows(plan)
        values = {
            **of_plan(plan, OF_PLAN, version), "title": plan.title, "done": DONE.get(done, ""),
            "summary": plan_summary(plan),
            "warnings": list(absent), "items": items, "marking": any(one.offers for one in items),
            "office": asker.principal.may(Role.OFFICE, authority), "rounds": round_rows(plan, rounds),
            "round_columns": ROUND_COLUMNS, "months": months_of(plan, today, rounds), "week": WEEK, "costs": costs,
            "sums": sums, "cost_columns": COST_COLUMNS,
        }  # fmt: skip
        return shown_page("plan.html", OF_PLAN, asker, values)

    @router.get(PLAN + "/workbook")
    async def plan_from_page(authority: AuthorityCode, year: YearOfPlan, asker: Reader) -> Response:
        plan, _ = await exercise_plan(context.log, authority, year, asker)
        return await plan_workbook(plan, today_of(context))

    @router.get(PLAN + "/survey-cost-workbook")
    async def costs_from_page(authority: AuthorityCode, year: YearOfPlan, asker: Reader) -> Response:
        plan, _ = await exercise_plan(context.log, authority, year, asker)
        return await cost_workbook(plan)


def _add_item(router: APIRouter, context: ServiceContext) -> None:
    @router.get(ITEM)
    async def item_page(authority: AuthorityCode, year: YearOfPlan, item: ItemCode, asker: Reader) -> Response:
        plan, version = await exercise_plan(context.log, authority, year, asker)
        texts = {"state": item_of(plan, item).state.value, "on": "", "note": ""}
        return await _item_page(context, (plan, version, item), asker, OF_ITEM, texts)

    @router.post(ITEM + "/state", **PAGE_FORM)
    async def mark_from_page(
        request: Request, authority: AuthorityCode, year: YearOfPlan, item: ItemCode, asker: Agency
    ) -> Response:
        plan, _ = await exercise_plan(context.log, authority, year, asker)
        require_agency(plan, item, asker)
        sent = await STATE.read(request)

        async def attempt(write: WriteRequest) -> Appended:
            return await mark(context, (authority, year, item), state_in(sent), write, asker)

        try:
            await save_beside_others(attempt, lambda: last_of_item(context.log, authority, year, item), sent.write)
        except Refused as refused:
            plan, version = await exercise_plan(context.log, authority, year, asker)
            texts = {name: sent.text(name) for name in STATE.fields}
            return await _item_page(context, (plan, version, item), asker, OF_ITEM_FORM, texts, refused)
        return see_other(f"../../../{year}?done=state#item-{item}")


def _list_page(
    authority: str, plans: ExercisePlans, asker: Asker, texts: Mapping[str, str], refused: Refused | None = None
) -> Response:
    values = {
        "authority": authority,
        "columns": PLAN_COLUMNS,
        "plans": list_rows(plans),
        "office": asker.principal.may(Role.OFFICE, authority),
        "texts": texts,
        "begins": begin_choices(plans),
        "errors": NEW_PLAN.errors(refused) if refused else {},
        "key": fresh_key(),
    }
    return shown_page("list.html", OF_LIST, asker, values, status_of(refused))


async def _item_page(
    context: ServiceContext, at: tuple[ExercisePlan, int, str], asker: Asker, root: str, texts: Mapping[str, str],
    refused: Refused | None = None,
) -> Response:  # fmt: skip
    plan, version, code = at
    one = item_of(plan, code)
    opened = await open_sealed(context.log, [one.note] if one.note else [])
    note = "".join(each.shown for each in opened.values())
    values = {
        **of_plan(plan, root, version), "code": code, "title": one.item.title,
        "summary": item_summary(one, timings(plan, today_of(context))[code], note),
        "office": asker.principal.may(Role.OFFICE, plan.authority),
        "marking": may_mark(asker.principal, plan.authority, one.item), "states": STATE_CHOICES, "texts": texts,
        "errors": STATE.errors(refused) if refused else {},
    }  # fmt: skip
    return shown_page("item.html", root, asker, values, status_of(refused))
