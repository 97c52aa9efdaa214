"""HTTP endpoints of the pages of a unit's sheet: the list of rounds, the sheet with its next moves, one criterion.

They execute the commands that the API executes. Links are relative, so the pages work under any address of a gateway.
"""

import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from assessment.opening.queries import listed_rounds, round_of, terms_of
from assessment.opening.terms import Terms
from assessment.self_scoring.api import carry_out, claim, state
from assessment.self_scoring.bodies import ClaimIn, DifficultiesIn
from assessment.self_scoring.commands import ApproveSelfScore, ReturnSelfScore
from assessment.self_scoring.display import (
    CLAIMABLE,
    LOCKED,
    REPORT_COLUMNS,
    Move,
    claim_rows,
    conflict_of,
    difficulties_conflict,
    earlier_rows,
    history_lines,
    moves_of,
    neighbours,
    report_view,
    round_task,
    sheet_view,
    summary_of,
    tried,
    worth_of,
)
from assessment.self_scoring.forms import (
    CLAIM,
    LABELS,
    MOST_DOCUMENTS,
    MOVE,
    THEN,
    claim_in,
    documents_in,
    errors_of,
    figure_fields,
    move_in,
    texts_of,
    typed_figures,
)
from assessment.self_scoring.queries import (
    SheetRow,
    ShownSheet,
    changes_since_return,
    claimed_last,
    earlier_claim,
    history_of,
    sheet_of,
    stated_last,
)
from assessment.self_scoring.reading import READERS, readable_unit
from assessment.self_scoring.refusals import CriterionNotSelfScoredError
from assessment.self_scoring.state import Stage
from parindex.auth import Asker, ForbiddenError, Role
from parindex.auth.fastapi import allow_page
from parindex.contracts.criteria import CriteriaSet, Criterion
from parindex.eventstore.appending import Appended, StreamMovedError
from parindex.eventstore.registry import Recorded
from parindex.eventstore.sealing import Seals
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.http.routes import join_routes
from parindex.http.write_endpoints import WriteRequest
from parindex.instant import instant
from parindex.refusal import ConfirmationNeededError, Refused
from parindex.service import ServiceContext
from parindex.web.answering import fragment, page
from parindex.web.assets import asset_routes
from parindex.web.forms import PAGE_FORM, SentForm, body_of, fresh_key, see_other
from parindex.web.parts import Task
from parindex.web.problem_pages import ProblemPages
from parindex.web.rendering import Templates, Visitor

TEMPLATES: Final = Templates("assessment.self_scoring", layout="layout.html")
problem_page: Final = ProblemPages(TEMPLATES)
UNIT: Final = "/rounds/{round}/units/{unit}"
CRITERION: Final = UNIT + "/criteria/{criterion}"
OF_UNIT, OF_CRITERION = "../../../", "../../../../../"
"""The way from a page to the root of the service."""
SIGN_OUT: Final = "../sign-in/sign-out"
TRIES: Final = 5
"""How often one thing of a sheet is written again while others write other things of it."""
STATE: Final = "state"
"""The move that states the difficulties and proposals."""

WAITS_FOR: Final = {
    Stage.DRAFT: (Role.UNIT,),
    Stage.SENT: (Role.LEADER,),
    Stage.APPROVED: (Role.UNIT,),
    Stage.RETURNED: (Role.UNIT,),
}
"""Who has to do something with a sheet now; nobody of the unit where it is submitted."""

OwnUnit = Annotated[Asker, allow_page(Role.UNIT, at="unit")]
Mover = Annotated[Asker, allow_page(Role.UNIT, Role.LEADER, at="unit")]
Reader = Annotated[Asker, allow_page(*READERS, reads="self-score")]


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A unit's sheet with what its pages need beside it. `title` is the round's, `name` the unit's."""

    terms: Terms
    sheet: ShownSheet
    criteria_set: CriteriaSet
    title: str
    name: str

    def row(self, criterion: str) -> tuple[SheetRow, Criterion]:
        """Return a self-scored criterion with its row; raise CriterionNotSelfScoredError."""
        if criterion not in self.terms.appraisers:
            raise CriterionNotSelfScoredError(criterion)
        row = next(each for each in self.sheet.rows if each.criterion == criterion)
        return row, self.terms.leaves[criterion]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def rounds_page(asker: Annotated[Asker, allow_page(Role.UNIT, Role.LEADER)]) -> Response:
        return _page("rounds.html", "", "", tasks=await _round_tasks(context, asker))

    @router.get(UNIT)
    async def sheet_page(round: RoundId, unit: UnitCode, asker: Reader) -> Response:
        return _sheet_page(await _opened(context, round, unit, asker), asker)

    @router.post(UNIT, **PAGE_FORM)
    async def move_sheet(request: Request, round: RoundId, unit: UnitCode, asker: Mover) -> Response:
        sent = await MOVE.read(request)
        opened = await _opened(context, round, unit, asker)
        try:
            await _move(context, asker, opened.terms, sent)
        except Refused as refused:
            return _sheet_page(await _opened(context, round, unit, asker), asker, refused)
        return see_other(unit)

    join_routes(router, _of_report(context))
    join_routes(router, _of_criterion(context))
    join_routes(router, asset_routes())
    return router


def _of_report(context: ServiceContext) -> APIRouter:
    """Build the routes of the report: it is read, printed, completed by the unit, and approved by its leader."""
    router = APIRouter(include_in_schema=False)

    @router.get(UNIT + "/report")
    async def report_page(round: RoundId, unit: UnitCode, asker: Reader, saved: str = "") -> Response:
        return await _report_page(context, await _opened(context, round, unit, asker), asker, saved=saved)

    @router.post(UNIT + "/report", **PAGE_FORM)
    async def move_report(request: Request, round: RoundId, unit: UnitCode, asker: Mover) -> Response:
        sent = await MOVE.read(request)
        opened = await _opened(context, round, unit, asker)
        move = sent.text("move") or STATE  # the form of a conflict has the fields of the text alone
        try:
            await (_state if move == STATE else _move)(context, asker, opened.terms, sent)
        except Refused as refused:
            again = await _opened(context, round, unit, asker)
            return await _report_page(context, again, asker, sent, refused)
        return see_other(f"report?saved={STATE}" if move == STATE else "report")

    return router


def _of_criterion(context: ServiceContext) -> APIRouter:
    """Build the routes of the page of one criterion."""
    router = APIRouter(include_in_schema=False)

    @router.get(CRITERION)
    async def criterion_page(
        round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Reader, saved: str = ""
    ) -> Response:
        opened = await _opened(context, round, unit, asker)
        return await _criterion_page(context, opened, criterion, asker, saved=saved)

    @router.post(CRITERION, **PAGE_FORM)
    async def save_claim(
        request: Request, round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: OwnUnit
    ) -> Response:
        sent = await CLAIM.read(request)
        opened = await _opened(context, round, unit, asker)
        if sent.text(THEN) in {"more", "try"}:
            return await _criterion_page(context, opened, criterion, asker, sent)
        try:
            opened.row(criterion)
            await save_criterion(context, opened.terms, criterion, claim_in(sent), sent.write, asker)
        except Refused as refused:
            again = await _opened(context, round, unit, asker)
            return await _criterion_page(context, again, criterion, asker, sent, refused)
        _, after, _ = neighbours(opened.terms, criterion)
        to = after if after and sent.text(THEN) == "next" else criterion
        return see_other(f"{to}?saved={criterion}")

    @router.get(CRITERION + "/points")
    async def typed_points(
        round: RoundId,
        unit: UnitCode,
        criterion: CriterionCode,
        texts: Annotated[dict[str, str], Depends(typed_figures)],
        _: OwnUnit,
    ) -> Response:
        terms = await terms_of(context.log, round, unit)
        if criterion not in terms.appraisers:
            raise CriterionNotSelfScoredError(criterion)
        return fragment(tried(terms.leaves[criterion], texts))

    return router


async def _opened(context: ServiceContext, round_id: str, unit: str, asker: Asker) -> OpenSheet:
    """Load a unit's sheet for a reader; raise ForbiddenError, RoundUnknownError, UnitUnknownError."""
    found = await readable_unit(context.log, asker, round_id, unit)
    sheet = await sheet_of(context.log, found.terms)
    return OpenSheet(found.terms, sheet, found.criteria_set, found.title, found.name)


async def _round_tasks(context: ServiceContext, asker: Asker) -> list[Task]:
    """Return the sheets of the asker's units, newest round first."""
    nodes = [right.node for right in asker.principal.rights if right.role in {Role.UNIT, Role.LEADER}]
    tasks = []
    for listed in await listed_rounds(context.engine):
        found = await round_of(context.log, listed.round)
        for unit in dict.fromkeys(nodes):
            place = found.state.block_and_unit(unit)
            if place is None or not asker.may(unit):
                continue
            terms = await terms_of(context.log, listed.round, unit)
            sheet = await sheet_of(context.log, terms)
            mine = asker.principal.may(WAITS_FOR.get(sheet.state, ()), unit)
            title = f"{listed.title} – {place[1].name}" if len(nodes) > 1 else listed.title
            tasks.append(round_task(sheet, terms, title, instant(context.now()), mine=mine))
    asker.checked = True  # nothing is shown but what `may` admitted
    return tasks


async def _move(context: ServiceContext, asker: Asker, terms: Terms, sent: SentForm) -> None:
    """Execute what a form of the sheet asks for. Raises ForbiddenError, MoveUnknownError and the rules' refusals."""
    seals, now = Seals(), context.now()
    command = move_in(sent, terms, instant(now), seals)
    role = Role.LEADER if isinstance(command, ApproveSelfScore | ReturnSelfScore) else Role.UNIT
    if not asker.principal.may(role, terms.unit):
        raise ForbiddenError({role})
    await carry_out(context, command, sent.write, asker, now, seals.all)


async def _state(context: ServiceContext, asker: Asker, terms: Terms, sent: SentForm) -> None:
    """Save the difficulties and proposals. Raises ForbiddenError, and as `_written` does."""
    if not asker.principal.may(Role.UNIT, terms.unit):
        raise ForbiddenError({Role.UNIT})
    body = body_of(DifficultiesIn, {"text": sent.text("text")})

    async def attempt(write: WriteRequest) -> Appended:
        return await state(context, terms, body, write, asker)

    await _written(attempt, lambda: stated_last(context.log, terms), terms, sent.write)


async def save_criterion(
    context: ServiceContext, terms: Terms, criterion: str, body: ClaimIn, write: WriteRequest, asker: Asker
) -> None:
    """Save a claim from a page. Raises as `_written` does."""

    async def attempt(write: WriteRequest) -> Appended:
        return await claim(context, terms, criterion, body, write, asker)

    await _written(attempt, lambda: claimed_last(context.log, terms, criterion), terms, write)


async def _written(
    attempt: Callable[[WriteRequest], Awaitable[Appended]],
    last: Callable[[], Awaitable[Recorded | None]],
    terms: Terms,
    write: WriteRequest,
) -> None:
    """Write one thing of a sheet: others may have changed other things since the page was opened, but not this one.

    Raises StreamMovedError, and the refusals of the attempt.
    """
    seen = write.if_match or 0
    for _ in range(TRIES):
        try:
            await attempt(write)
        except StreamMovedError as moved:
            changed = await last()
            if changed is not None and changed.entry.version > seen:
                raise
            write = replace(write, if_match=moved.present)
        else:
            return
    raise StreamMovedError(terms.unit, seen, write.if_match or 0)


def _moves(opened: OpenSheet, asker: Asker) -> list[tuple[Move, str]]:
    """Return what the reader may do with the sheet, each with the key of its form."""
    may, unit = asker.principal.may, opened.terms.unit
    moves = moves_of(opened.sheet, as_unit=may(Role.UNIT, unit), as_leader=may(Role.LEADER, unit))
    return [(move, fresh_key()) for move in moves]


def _move_errors(refused: Refused | None) -> Mapping[str, str]:
    if refused is None:
        return {}
    return {"": refused.vi} if isinstance(refused, StreamMovedError) else MOVE.errors(refused)


def _sheet_page(opened: OpenSheet, asker: Asker, refused: Refused | None = None) -> Response:
    return _page(
        "sheet.html",
        OF_UNIT,
        opened.name,
        STATUS[refused.kind][0] if refused else 200,
        view=sheet_view(opened.sheet, opened.terms, opened.criteria_set, opened.title, opened.name),
        moves=_moves(opened, asker),
        version=opened.sheet.version,
        address=opened.terms.unit,
        fills_in=asker.principal.may(Role.UNIT, opened.terms.unit),
        errors=_move_errors(refused),
    )


async def _report_page(
    context: ServiceContext,
    opened: OpenSheet,
    asker: Asker,
    sent: SentForm | None = None,
    refused: Refused | None = None,
    *,
    saved: str = "",
) -> Response:
    sheet, terms, log = opened.sheet, opened.terms, context.log
    typed = sent.text("text") if sent and (sent.text("move") or STATE) == STATE else None
    stale = isinstance(refused, StreamMovedError) and typed is not None
    meanwhile = await stated_last(log, terms) if stale else None
    conflict = difficulties_conflict(sheet, meanwhile, typed or "") if meanwhile else None
    return _page(
        "report.html",
        OF_UNIT + "../",
        opened.name,
        STATUS[refused.kind][0] if refused else 200,
        view=sheet_view(sheet, terms, opened.criteria_set, opened.title, opened.name),
        report=report_view(sheet, terms, opened.criteria_set, await changes_since_return(log, terms)),
        columns=REPORT_COLUMNS,
        moves=_moves(opened, asker),
        version=sheet.version,
        address="report",
        back=f"../{terms.unit}",
        errors={} if conflict else _move_errors(refused),
        conflict=conflict,
        text=sheet.difficulties if typed is None else typed,
        key=fresh_key(),
        editable=sheet.state in CLAIMABLE and asker.principal.may(Role.UNIT, terms.unit),
        person=asker.principal.subject,
        stated=zlib.crc32(sheet.difficulties.encode()),
        unsaved=typed is not None,
        saved="Đã lưu khó khăn và kiến nghị." if saved == STATE else "",
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
    texts = {name: sent.text(name) for name in sent.fields} if sent else texts_of(row.claim)
    then = sent.text(THEN) if sent else ""
    stale = isinstance(refused, StreamMovedError)
    conflict = conflict_of(opened.sheet.version, row.claim, texts, leaf) if stale and row.claim else None
    before, after, place = neighbours(opened.terms, criterion)
    earlier = await earlier_claim(context.engine, context.log, opened.terms, criterion)
    return _page(
        "criterion.html",
        OF_CRITERION,
        opened.name,
        STATUS[refused.kind][0] if refused else 200,
        leaf=leaf,
        unit=opened.name,
        unit_code=opened.terms.unit,
        place=place,
        before=before,
        after=after,
        address=criterion,
        summary=summary_of(row, leaf),
        figures=figure_fields(leaf.rule),
        texts=texts,
        labels=LABELS,
        tried=tried(leaf, texts) if then == "try" else "",
        documents=min(max(documents_in(texts) + (then == "more"), 1), MOST_DOCUMENTS),
        most_documents=MOST_DOCUMENTS,
        errors={} if refused is None or conflict else errors_of(refused, leaf),
        warnings=refused.places if isinstance(refused, ConfirmationNeededError) else [],
        conflict=conflict,
        history=history_lines(await history_of(context.log, opened.terms, criterion), leaf),
        earlier=earlier,
        earlier_rows=earlier_rows(earlier),
        claim=claim_rows(row.claim, leaf),
        earlier_points=worth_of(earlier.leaf, earlier.row.claim).text if earlier else "",
        key=fresh_key(),
        version=sent.write.if_match if sent and not stale else opened.sheet.version,
        editable=opened.sheet.state in CLAIMABLE and asker.principal.may(Role.UNIT, opened.terms.unit),
        locked=LOCKED.get(opened.sheet.state, "Chỉ người của đơn vị sửa được phiếu này."),
        saved=f"Đã lưu tiêu chí {saved}." if saved in opened.terms.appraisers else "",
        saved_at=saved,
        person=asker.principal.subject,
        claimed=row.claim.position if row.claim else 0,
        unsaved=sent is not None,
    )


def _page(template: str, root: str, visitor: str, status: int = 200, **values: object) -> Response:
    shown = Visitor(visitor, root + SIGN_OUT)
    return page(TEMPLATES.render(template, root, shown, **values), status)
