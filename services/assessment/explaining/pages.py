"""The pages on which a unit explains what the first appraisal corrected: the list, and one criterion.

They execute the commands that the API executes, and are read by all who may read the sheet.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.explaining.api import explain, submit
from assessment.explaining.bodies import ExplanationIn
from assessment.explaining.display import explanation_in, files_to_choose, lock_of, summary_of, tasks_of
from assessment.explaining.queries import explained_last
from assessment.explaining.refusals import CriterionNotExplainableError
from assessment.opening.stages import ValueStage
from assessment.opening.terms import Terms
from assessment.proving.queries import files_in
from assessment.self_scoring.display import STAGE_COLUMNS, conflict_of, extension_rows, stage_rows, tried
from assessment.self_scoring.forms import (
    LABELS,
    MOST_DOCUMENTS,
    THEN,
    claim_form,
    claim_in,
    documents_in,
    errors_of,
    figure_fields,
    texts_of,
)
from assessment.self_scoring.reading import READERS, OpenSheet, claimable_terms, open_part
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.contracts.criteria import Criterion
from parindex.eventstore.appending import Appended, StreamMovedError
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.http.write_endpoints import WriteRequest
from parindex.instant import instant
from parindex.refusal import ConfirmationNeededError, Refused
from parindex.service import ServiceContext
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, FormShape, SentForm, fresh_key, see_other
from parindex.web.rendering import Templates, Visitor
from parindex.web.saving import save_beside_others

TEMPLATES: Final = Templates("assessment.explaining", macros_of=("assessment.self_scoring",))
UNIT: Final = "/rounds/{round}/units/{unit}"
EXPLANATION: Final = UNIT + "/explanation"
OF_CRITERION: Final = UNIT + "/criteria/{criterion}/explanation"
ROOT, CRITERION_ROOT = "../../../../", "../../../../../../"
"""The way from a page to the root of the service."""
SUBMIT: Final = FormShape({})

Claimant = Annotated[Asker, allow_page(Role.UNIT)]
"""Who acts for the unit, or for an agency that claims some of its criteria; `claimable_terms` checks it."""
Submitter = Annotated[Asker, allow_page(Role.UNIT, Role.LEADER, at="unit")]
Reader = Annotated[Asker, allow_page(*READERS, reads="self-score")]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(include_in_schema=False)

    @router.get(EXPLANATION)
    async def explanation_page(round: RoundId, unit: UnitCode, asker: Reader) -> Response:
        opened, now = await open_part(context.log, asker, round, unit), instant(await context.moment())
        return _list_page(opened, asker, now)

    @router.post(EXPLANATION, **PAGE_FORM)
    async def submit_from_page(request: Request, round: RoundId, unit: UnitCode, asker: Submitter) -> Response:
        sent = await SUBMIT.read(request)
        opened = await open_part(context.log, asker, round, unit)
        try:
            await submit(context, opened.terms, sent.write, asker)
        except Refused as refused:
            again, now = await open_part(context.log, asker, round, unit), instant(await context.moment())
            return _list_page(again, asker, now, refused)
        return see_other("explanation")

    @router.get(OF_CRITERION)
    async def criterion_page(
        round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Reader, saved: str = ""
    ) -> Response:
        opened = await open_part(context.log, asker, round, unit)
        return await _criterion_page(context, opened, criterion, asker, saved=saved)

    @router.post(OF_CRITERION, **PAGE_FORM)
    async def save_explanation(
        request: Request, round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Claimant
    ) -> Response:
        await claimable_terms(context.log, asker, round, unit)
        opened = await open_part(context.log, asker, round, unit)
        _, leaf = opened.row(criterion)
        sent = await claim_form(leaf).read(request)
        if sent.text(THEN) in {"more", "try"}:
            return await _criterion_page(context, opened, criterion, asker, sent)
        try:
            await _save(context, opened.terms, leaf, sent, asker)
        except Refused as refused:
            again = await open_part(context.log, asker, round, unit)
            return await _criterion_page(context, again, criterion, asker, sent, refused)
        return see_other("explanation?saved=yes")

    return router


async def _save(context: ServiceContext, terms: Terms, leaf: Criterion, sent: SentForm, asker: Asker) -> None:
    """Save the explanation of a criterion. Raises as `save_beside_others` does."""
    body = ExplanationIn.model_validate({"criterion": leaf.code, **claim_in(sent, leaf).model_dump(mode="json")})

    async def attempt(write: WriteRequest) -> Appended:
        return await explain(context, terms, {"": body}, write, asker)

    await save_beside_others(attempt, lambda: explained_last(context.log, terms, leaf.code), sent.write)


def _list_page(opened: OpenSheet, asker: Asker, now: str, refused: Refused | None = None) -> Response:
    terms, may = opened.terms, asker.principal.may
    role = Role.LEADER if terms.approval else Role.UNIT
    lock = lock_of(opened, now)
    open_now = lock is None
    return _page(
        "explanation.html",
        ROOT,
        opened,
        STATUS[refused.kind][0] if refused else 200,
        unit=opened.name,
        title=opened.title,
        back=f"../{terms.unit}",
        summary=summary_of(opened),
        tasks=tasks_of(opened),
        lock=lock,
        extended=extension_rows(opened.sheet, terms),
        submits=open_now and may(role, terms.unit),
        waits_for_leader=open_now and terms.approval and not may(Role.LEADER, terms.unit),
        errors=SUBMIT.errors(refused) if refused else {},
        key=fresh_key(),
        version=opened.sheet.version,
    )


async def _criterion_page(
    context: ServiceContext,
    opened: OpenSheet,
    criterion: str,
    asker: Asker,
    sent: SentForm | None = None,
    refused: Refused | None = None,
    *,
    saved: str = "",
) -> Response:
    row, leaf = opened.row(criterion)
    if criterion not in opened.sheet.explainable:
        raise CriterionNotExplainableError(criterion)
    explained, then = explanation_in(row), sent.text(THEN) if sent else ""
    texts = {name: sent.text(name) for name in sent.fields} if sent else texts_of(explained, leaf)
    stale = isinstance(refused, StreamMovedError)
    conflict = conflict_of(opened.sheet.version, explained, texts, leaf) if stale and explained else None
    documents = min(max(documents_in(texts) + (then == "more"), 1), MOST_DOCUMENTS)
    files = await files_in(context.log, opened.terms)
    lock, own = lock_of(opened, instant(await context.moment())), opened.is_own(criterion)
    explaining = opened.sheet.stage is ValueStage.EXPLANATION
    return _page(
        "criterion.html",
        CRITERION_ROOT,
        opened,
        STATUS[refused.kind][0] if refused else 200,
        leaf=leaf,
        unit=opened.name,
        unit_code=opened.terms.unit,
        stages=stage_rows(row, leaf),
        stage_columns=STAGE_COLUMNS,
        figures=figure_fields(leaf.rule),
        texts=texts,
        labels=LABELS,
        tried=tried(leaf, texts) if then == "try" else "",
        documents=[(at, files_to_choose(files, texts, at)) for at in range(documents)],
        most_documents=MOST_DOCUMENTS,
        errors={} if refused is None or conflict else errors_of(refused, leaf, texts),
        warnings=refused.places if isinstance(refused, ConfirmationNeededError) else [],
        conflict=conflict,
        key=fresh_key(),
        version=sent.write.if_match if sent and not stale else opened.sheet.version,
        lock=lock,
        editable=own and (lock is None or (sent is not None and explaining)),  # a typed text stays
        saved="Đã lưu phần giải trình. Cơ quan thẩm định chỉ xem sau khi đơn vị nộp bản giải trình." if saved else "",
        person=asker.principal.subject,
        explained=explained.position if explained else 0,
        unsaved=sent is not None,
    )


def _page(template: str, root: str, opened: OpenSheet, status: int = 200, **values: object) -> Response:
    shown = Visitor(opened.name, root + SIGN_OUT, opened.account, opened.terms.note)
    return page(TEMPLATES.render(template, root, shown, **values), status)
