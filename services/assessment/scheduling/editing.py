"""The forms of the office about a plan: the document that issues it, the survey's costs, and its items.

A form whose own thing was changed since its page was opened is refused as stale, and shown with what there is now.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.scheduling.api import ItemCode, YearOfPlan, carry_out
from assessment.scheduling.commands import EnterPlanItem, EnterSurveyCost, IssuePlan, PlanCommand, RemovePlanItem
from assessment.scheduling.decisions import item_of
from assessment.scheduling.display import DEADLINE_CHOICES, MODE_CHOICES, cost_rows, item_rows, plan_summary
from assessment.scheduling.events import PlanIssued, PlanItemEntered, SurveyCostEstimated
from assessment.scheduling.forms import (
    CHANGED_ITEM,
    COSTS,
    ISSUANCE,
    NEW_ITEM,
    REMOVAL,
    code_in,
    cost_lines,
    costs_in,
    errors_of,
    issuance_in,
    item_in,
    next_code,
    texts_of_costs,
    texts_of_item,
)
from assessment.scheduling.items import RoundDeadline
from assessment.scheduling.queries import exercise_plan, last_of_item, last_of_kind
from assessment.scheduling.state import ExercisePlan
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.eventstore.appending import Appended, StreamMovedError
from parindex.eventstore.registry import Recorded
from parindex.http.path_fields import AuthorityCode
from parindex.http.problems import STATUS
from parindex.http.write_endpoints import WriteRequest
from parindex.refusal import Refused
from parindex.service import ServiceContext
from parindex.values.days import day_text
from parindex.web import vietnamese
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, FormShape, SentForm, fresh_key, see_other
from parindex.web.parts import SummaryRow
from parindex.web.rendering import Templates, Visitor
from parindex.web.saving import save_beside_others

TEMPLATES: Final = Templates("assessment.scheduling")
PLAN: Final = "/authorities/{authority}/plans/{year}"
ITEM: Final = PLAN + "/items/{item}"
OF_FORM, OF_ITEM_FORM = "../../../../", "../../../../../../"
"""The way from a page to the root of the service."""

Office = Annotated[Asker, allow_page(Role.OFFICE, at="authority")]


@dataclass(frozen=True, slots=True)
class OfficeForm:
    """A form of the office about a plan: its page, its command, and the entry that makes it stale.

    `now` says what the plan has when the form is answered, for a reader whose form is stale.
    """

    template: str
    root: str
    shape: FormShape
    read: Callable[[SentForm], PlanCommand]
    last: Callable[[], Awaitable[Recorded | None]]
    done: str
    texts: Mapping[str, str]
    now: Sequence[SummaryRow]
    values: Mapping[str, object] = field(default_factory=dict)


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of the forms."""
    router = APIRouter(include_in_schema=False)
    _add_of_plan(router, context)
    _add_of_items(router, context)
    return router


def _add_of_plan(router: APIRouter, context: ServiceContext) -> None:
    @router.get(PLAN + "/issuance")
    async def issuance_page(authority: AuthorityCode, year: YearOfPlan, asker: Office) -> Response:
        plan, version = await exercise_plan(context.log, authority, year, asker)
        return _form_page(_issuance(context, plan), plan, version, asker)

    @router.post(PLAN + "/issuance", **PAGE_FORM)
    async def issue_from_page(request: Request, authority: AuthorityCode, year: YearOfPlan, asker: Office) -> Response:
        plan, _ = await exercise_plan(context.log, authority, year, asker)
        return await _answer(context, _issuance(context, plan), plan, request, asker)

    @router.get(PLAN + "/survey-cost")
    async def costs_page(authority: AuthorityCode, year: YearOfPlan, asker: Office) -> Response:
        plan, version = await exercise_plan(context.log, authority, year, asker)
        return _form_page(_costs(context, plan), plan, version, asker)

    @router.post(PLAN + "/survey-cost", **PAGE_FORM)
    async def estimate_from_page(
        request: Request, authority: AuthorityCode, year: YearOfPlan, asker: Office
    ) -> Response:
        plan, _ = await exercise_plan(context.log, authority, year, asker)
        return await _answer(context, _costs(context, plan), plan, request, asker)


def _add_of_items(router: APIRouter, context: ServiceContext) -> None:
    @router.get(PLAN + "/new-item")
    async def new_item_page(authority: AuthorityCode, year: YearOfPlan, asker: Office) -> Response:
        plan, version = await exercise_plan(context.log, authority, year, asker)
        return _form_page(_new_item(context, plan), plan, version, asker)

    @router.post(PLAN + "/new-item", **PAGE_FORM)
    async def add_item_from_page(
        request: Request, authority: AuthorityCode, year: YearOfPlan, asker: Office
    ) -> Response:
        plan, _ = await exercise_plan(context.log, authority, year, asker)
        return await _answer(context, _new_item(context, plan), plan, request, asker)

    @router.get(ITEM + "/change")
    async def change_page(authority: AuthorityCode, year: YearOfPlan, item: ItemCode, asker: Office) -> Response:
        plan, version = await exercise_plan(context.log, authority, year, asker)
        return _form_page(_change(context, plan, item), plan, version, asker)

    @router.post(ITEM + "/change", **PAGE_FORM)
    async def change_from_page(
        request: Request, authority: AuthorityCode, year: YearOfPlan, item: ItemCode, asker: Office
    ) -> Response:
        plan, _ = await exercise_plan(context.log, authority, year, asker)
        return await _answer(context, _change(context, plan, item), plan, request, asker)

    @router.post(ITEM + "/removal", **PAGE_FORM)
    async def remove_from_page(
        request: Request, authority: AuthorityCode, year: YearOfPlan, item: ItemCode, asker: Office
    ) -> Response:
        sent, command = await REMOVAL.read(request), RemovePlanItem(authority, year, item)

        async def attempt(write: WriteRequest) -> Appended:
            return await carry_out(context, command, write, asker)

        try:
            await save_beside_others(attempt, lambda: last_of_item(context.log, authority, year, item), sent.write)
        except Refused as refused:
            plan, version = await exercise_plan(context.log, authority, year, asker)
            return _form_page(_change(context, plan, item), plan, version, asker, refused=refused)
        return see_other(f"../../../{year}?done=removed")


def _issuance(context: ServiceContext, plan: ExercisePlan) -> OfficeForm:
    def read(sent: SentForm) -> PlanCommand:
        body = issuance_in(sent)
        return IssuePlan(plan.authority, plan.year, body.number, day_text(body.issued_on))

    return OfficeForm(
        "issuance.html", OF_FORM, ISSUANCE, read,
        lambda: last_of_kind(context.log, plan.authority, plan.year, PlanIssued), "issued",
        {"number": plan.number, "issued_on": vietnamese.calendar_day(plan.issued_on)}, plan_summary(plan),
    )  # fmt: skip


def _costs(context: ServiceContext, plan: ExercisePlan) -> OfficeForm:
    def read(sent: SentForm) -> PlanCommand:
        body = costs_in(sent)
        return EnterSurveyCost(plan.authority, plan.year, body.to_records(), body.contingency)

    return OfficeForm(
        "costs.html", OF_FORM, COSTS, read,
        lambda: last_of_kind(context.log, plan.authority, plan.year, SurveyCostEstimated), "costs",
        texts_of_costs(plan), cost_rows(plan)[1],
    )  # fmt: skip


def _new_item(context: ServiceContext, plan: ExercisePlan) -> OfficeForm:
    def read(sent: SentForm) -> PlanCommand:
        return EnterPlanItem(plan.authority, plan.year, item_in(sent).to_record(code_in(sent)), new=True)

    texts = {**dict.fromkeys(NEW_ITEM.fields, ""), "sets": RoundDeadline.NONE.value, "code": next_code(plan)}
    return OfficeForm(
        "item_form.html", OF_FORM, NEW_ITEM, read,
        lambda: last_of_kind(context.log, plan.authority, plan.year, PlanItemEntered), "item", texts, [],
        {"code": "", "heading": "Thêm nội dung vào kế hoạch", "address": "new-item"},
    )  # fmt: skip


def _change(context: ServiceContext, plan: ExercisePlan, code: str) -> OfficeForm:
    one = item_of(plan, code)
    return OfficeForm(
        "item_form.html", OF_ITEM_FORM, CHANGED_ITEM,
        lambda sent: EnterPlanItem(plan.authority, plan.year, item_in(sent).to_record(code)),
        lambda: last_of_item(context.log, plan.authority, plan.year, code), "item", texts_of_item(one),
        item_rows(one),
        {"code": code, "heading": f"Sửa nội dung {code}", "address": f"items/{code}/change"},
    )  # fmt: skip


async def _answer(
    context: ServiceContext, form: OfficeForm, plan: ExercisePlan, request: Request, asker: Asker
) -> Response:
    """Execute the command of a form and lead back to the plan; show the form again where it is refused."""
    sent, authority, year = await form.shape.read(request), plan.authority, plan.year

    async def attempt(write: WriteRequest) -> Appended:
        return await carry_out(context, form.read(sent), write, asker)

    try:
        await save_beside_others(attempt, form.last, sent.write)
    except Refused as refused:
        present, version = await exercise_plan(context.log, authority, year, asker)
        return _form_page(form, present, version, asker, sent, refused)
    return see_other(f"{form.root}authorities/{authority}/plans/{year}?done={form.done}")


def _form_page(
    form: OfficeForm, plan: ExercisePlan, version: int, asker: Asker, sent: SentForm | None = None,
    refused: Refused | None = None,
) -> Response:  # fmt: skip
    texts = {**form.texts, **({name: sent.text(name) for name in form.shape.fields} if sent else {})}
    values = {
        **of_plan(plan, form.root, version), **form.values, "texts": texts,
        "errors": errors_of(form.shape, refused, sent) if refused else {},
        "now": form.now if isinstance(refused, StreamMovedError) else [], "lines": cost_lines(texts),
        "modes": MODE_CHOICES, "deadlines": DEADLINE_CHOICES,
    }  # fmt: skip
    return shown_page(form.template, form.root, asker, values, status_of(refused))


def of_plan(plan: ExercisePlan, root: str, version: int) -> dict[str, object]:
    return {
        "authority": plan.authority,
        "year": plan.year,
        "plan_title": plan.title,
        "base": f"{root}authorities/{plan.authority}/plans/{plan.year}",
        "version": version,
        "key": fresh_key(),
    }


def status_of(refused: Refused | None) -> int:
    return STATUS[refused.kind][0] if refused else 200


def shown_page(template: str, root: str, asker: Asker, values: Mapping[str, object], status: int = 200) -> Response:
    visitor = Visitor("", root + SIGN_OUT, asker.subject)
    return page(TEMPLATES.render(template, root, visitor, **values), status)
