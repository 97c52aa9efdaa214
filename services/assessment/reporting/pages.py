"""HTTP endpoints of the pages of a whole sheet: the sheet with its next moves, and its report.

They execute the commands that the API executes. Links are relative, so the pages work under any address of a gateway.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from assessment.opening.terms import Terms
from assessment.reporting.api import carry_out, give_back, report, state
from assessment.reporting.bodies import DifficultiesIn
from assessment.reporting.commands import ApproveSelfScore, ReturnSelfScore
from assessment.reporting.display import (
    REPORT_COLUMNS,
    Move,
    difficulties_conflict,
    done_said,
    moves_of,
    report_view,
    sheet_view,
)
from assessment.reporting.forms import MOVE, REPORT_PART, RETURN_PART, STATE, move_in, note_in
from assessment.reporting.queries import changes_since_return, part_last, stated_last
from assessment.self_scoring.display import (
    CLAIMABLE,
    MINE,
    extension_rows,
    lock_of_time,
    person_said,
)
from assessment.self_scoring.queries import assigned_in
from assessment.self_scoring.reading import READERS, OpenSheet, claims_for, open_part, open_sheet
from assessment.self_scoring.state import SheetState
from parindex.auth import Asker, ForbiddenError, Role
from parindex.auth.fastapi import allow_page
from parindex.eventstore.appending import Appended, StreamMovedError
from parindex.eventstore.moments import Until
from parindex.eventstore.sealing import Seals
from parindex.http.as_of import Position
from parindex.http.path_fields import RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.http.routes import join_routes
from parindex.http.write_endpoints import WriteRequest
from parindex.instant import instant
from parindex.refusal import Refused
from parindex.service import ServiceContext
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, SentForm, body_of, fresh_key, see_other
from parindex.web.moments import AskedMoment, asked_moment, moment_said, typed
from parindex.web.parts import AccountPart, Lock
from parindex.web.rendering import Templates, Visitor
from parindex.web.saving import save_beside_others

TEMPLATES: Final = Templates("assessment.reporting")
UNIT: Final = "/rounds/{round}/units/{unit}"
PART_DONE: Final = {REPORT_PART: "Đã báo cáo phần tự chấm.", RETURN_PART: "Đã trả lại phần tự chấm."}
"""What the page says after a part was reported or returned, by the move."""
MOVED: Final = "moved"
"""What the address says (`saved`) after a move of the sheet."""
OF_UNIT, OF_REPORT = "../../../", "../../../../"
"""The way from a page to the root of the service."""

Mover = Annotated[Asker, allow_page(Role.UNIT, Role.LEADER, at="unit")]
Claimant = Annotated[Asker, allow_page(Role.UNIT, Role.LEADER)]
"""Who acts for the unit, or for an agency that claims some of its criteria; `open_part` and the moves check it."""
Reader = Annotated[Asker, allow_page(*READERS, reads="self-score")]


Asked = Annotated[AskedMoment, Depends(asked_moment)]
UNASKED: Final = AskedMoment(typed(""), "", {})


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(include_in_schema=False)

    @router.get(UNIT)
    async def sheet_page(
        round: RoundId, unit: UnitCode, asker: Reader, asked: Asked, position: Position = 0,
        only: str = "", saved: str = "",
    ) -> Response:  # fmt: skip
        opened = await open_part(context.log, asker, round, unit, Until(asked.at, position))
        handed, now = await _handed(context, opened, asker, only), instant(await context.moment())
        return _sheet_page(opened, handed, asker, now, asked=asked, done=_done(opened, asker, saved))

    @router.post(UNIT, **PAGE_FORM)
    async def move_sheet(request: Request, round: RoundId, unit: UnitCode, asker: Claimant) -> Response:
        opened = await open_part(context.log, asker, round, unit)
        sent = await MOVE.read(request)
        move = sent.text("move")
        try:
            await (_move_part if move in PART_DONE else _move)(context, asker, opened.terms, sent)
        except Refused as refused:
            again = await open_part(context.log, asker, round, unit)
            now = instant(await context.moment())
            return _sheet_page(again, await _handed(context, again, asker), asker, now, (refused, sent))
        return see_other(f"{unit}?saved={move if move in PART_DONE else MOVED}")

    join_routes(router, _of_report(context))
    return router


def _of_report(context: ServiceContext) -> APIRouter:
    """Build the routes of the report: it is read, printed, completed by the unit, and approved by its leader."""
    router = APIRouter(include_in_schema=False)

    @router.get(UNIT + "/report")
    async def report_page(
        round: RoundId, unit: UnitCode, asker: Reader, asked: Asked, position: Position = 0, saved: str = ""
    ) -> Response:
        opened = await open_sheet(context.log, asker, round, unit, Until(asked.at, position))
        return await _report_page(context, opened, asker, asked=asked, saved=saved)

    @router.post(UNIT + "/report", **PAGE_FORM)
    async def move_report(request: Request, round: RoundId, unit: UnitCode, asker: Mover) -> Response:
        sent = await MOVE.read(request)
        opened = await open_sheet(context.log, asker, round, unit)
        move = sent.text("move") or STATE  # the form of a conflict has the fields of the text alone
        try:
            await (_state if move == STATE else _move)(context, asker, opened.terms, sent)
        except Refused as refused:
            again = await open_sheet(context.log, asker, round, unit)
            return await _report_page(context, again, asker, sent, refused)
        return see_other(f"report?saved={STATE if move == STATE else MOVED}")

    return router


async def _move(context: ServiceContext, asker: Asker, terms: Terms, sent: SentForm) -> None:
    """Execute what a form of the sheet asks for. Raises ForbiddenError, MoveUnknownError and the rules' refusals."""
    seals, now = Seals(), await context.moment()
    command = move_in(sent, terms, instant(now), seals)
    role = Role.LEADER if isinstance(command, ApproveSelfScore | ReturnSelfScore) else Role.UNIT
    if not asker.principal.may(role, terms.unit):
        raise ForbiddenError({role})
    await carry_out(context, command, sent.write, asker, now, seals.all)


async def _move_part(context: ServiceContext, asker: Asker, terms: Terms, sent: SentForm) -> None:
    """Report the part of the reader's agency, or return one. Raises ForbiddenError, and as `save_beside_others` does.

    The form is stale only where something of this part has changed.
    """
    reports, claimant = sent.text("move") == REPORT_PART, sent.text("claimant")
    if not reports and not asker.principal.may((Role.UNIT, Role.LEADER), terms.unit):
        raise ForbiddenError({Role.UNIT, Role.LEADER})

    async def attempt(write: WriteRequest) -> Appended:
        if reports:
            return await report(context, terms, write, asker)
        return await give_back(context, terms, claimant, note_in(sent), write, asker)

    about = claims_for(asker, terms) if reports else {claimant}
    await save_beside_others(attempt, lambda: part_last(context.log, terms, about), sent.write)


async def _state(context: ServiceContext, asker: Asker, terms: Terms, sent: SentForm) -> None:
    """Save the difficulties and proposals. Raises ForbiddenError, and as `save_beside_others` does."""
    if not asker.principal.may(Role.UNIT, terms.unit):
        raise ForbiddenError({Role.UNIT})
    body = body_of(DifficultiesIn, {"text": sent.text("text")})

    async def attempt(write: WriteRequest) -> Appended:
        return await state(context, terms, body, write, asker)

    await save_beside_others(attempt, lambda: stated_last(context.log, terms), sent.write)


def _moves(opened: OpenSheet, asker: Asker, lock: Lock | None) -> list[tuple[Move, str]]:
    """Return what the reader may do with the sheet, each with the key of its form; out of time there is nothing."""
    if lock or opened.until.past:
        return []
    may, unit = asker.principal.may, opened.terms.unit
    moves = moves_of(opened.sheet, as_unit=may(Role.UNIT, unit), as_leader=may(Role.LEADER, unit))
    return [(move, fresh_key()) for move in moves]


def _move_errors(refused: Refused | None) -> Mapping[str, str]:
    return MOVE.errors(refused) if refused else {}


@dataclass(frozen=True, slots=True)
class Handed:
    """Who is to fill which criterion, as the page says it, and the criteria of the reader. `only_mine`: list these."""

    persons: Mapping[str, Sequence[str | AccountPart]]
    of_me: frozenset[str]
    only_mine: bool


async def _handed(context: ServiceContext, opened: OpenSheet, asker: Asker, only: str = "") -> Handed:
    """Return the assignments of a sheet as it is now; they are for people of the unit, so other readers see none."""
    if opened.until.past or not asker.principal.may((Role.UNIT, Role.LEADER), opened.terms.unit):
        return Handed({}, frozenset(), only_mine=False)
    assigned = await assigned_in(context.log, opened.terms)
    persons = {code: person_said(one.to, asker.subject) for code, one in assigned.persons.items() if one.to}
    return Handed(persons, assigned.of(asker.subject), only_mine=only == MINE)


def _sheet_page(
    opened: OpenSheet,
    shown: Handed,
    asker: Asker,
    now: str,
    failed: tuple[Refused, SentForm] | None = None,
    *,
    asked: AskedMoment = UNASKED,
    done: str = "",
) -> Response:
    past = opened.until.past
    lock = None if past else lock_of_time(opened.sheet, opened.terms, now)
    return _page(
        "sheet.html",
        OF_UNIT,
        Visitor(opened.name, OF_UNIT + SIGN_OUT, opened.account, opened.terms.note),
        STATUS[failed[0].kind][0] if failed else 422 if asked.errors else 200,
        view=sheet_view(opened, shown.persons, shown.of_me if shown.only_mine else None),
        mine=shown.only_mine,
        of_me=len(shown.of_me),
        moves=_moves(opened, asker, lock),
        lock=lock if opened.sheet.state is not SheetState.SUBMITTED else None,
        extended=extension_rows(opened.sheet, opened.terms),
        claimable=opened.sheet.state in CLAIMABLE and lock is None and not past,
        past=moment_said(opened.until, "assessment") if past else "",
        then=opened.then,
        texts=asked.texts,
        version=opened.sheet.version,
        address=opened.terms.unit,
        explains=bool(opened.sheet.explainable) and not past,
        fills_in=bool(opened.acts_for) and not past,
        whole=not opened.sheet.partial,
        errors={**_move_errors(failed[0] if failed else None), **asked.errors},
        moved=done,
        part_key=fresh_key(),
        typed={name: failed[1].text(name) for name in failed[1].fields} if failed else {},
        **_part_moves(opened, asker, lock),
    )


def _done(opened: OpenSheet, asker: Asker, saved: str) -> str:
    """Return what the reader has just done, as the address says it."""
    return done_said(opened.sheet, asker.subject) if saved == MOVED else PART_DONE.get(saved, "")


def _part_moves(opened: OpenSheet, asker: Asker, lock: Lock | None) -> dict[str, bool]:
    """Return whether the reader may report a part of the sheet now, or return one."""
    sheet, unit = opened.sheet, opened.terms.unit
    free = lock is None and not opened.until.past and sheet.state in CLAIMABLE
    own = [part for part in sheet.parts if part.claimant in opened.acts_for]
    ready = any(not part.reported for part in own) and not any(part.missing for part in own)
    may_return = asker.principal.may((Role.UNIT, Role.LEADER), unit) and any(part.reported for part in sheet.parts)
    return {"reports": free and ready, "returns": free and may_return}


async def _report_page(
    context: ServiceContext,
    opened: OpenSheet,
    asker: Asker,
    sent: SentForm | None = None,
    refused: Refused | None = None,
    *,
    asked: AskedMoment = UNASKED,
    saved: str = "",
) -> Response:
    sheet, terms, log = opened.sheet, opened.terms, context.log
    past = opened.until.past
    lock = None if past else lock_of_time(sheet, terms, instant(await context.moment()))
    typed = sent.text("text") if sent and (sent.text("move") or STATE) == STATE else None
    stale = isinstance(refused, StreamMovedError) and typed is not None
    meanwhile = await stated_last(log, terms) if stale else None
    conflict = difficulties_conflict(sheet, meanwhile, typed or "") if meanwhile else None
    return _page(
        "report.html",
        OF_REPORT,
        Visitor(opened.name, OF_REPORT + SIGN_OUT, opened.account, opened.terms.note),
        STATUS[refused.kind][0] if refused else 422 if asked.errors else 200,
        view=sheet_view(opened),
        past=moment_said(opened.until, "assessment") if past else "",
        asked=asked.texts,
        derivable=opened.derivable,
        report=report_view(opened, None if past else await changes_since_return(log, terms)),
        columns=REPORT_COLUMNS,
        moves=_moves(opened, asker, lock),
        lock=lock if sheet.state is not SheetState.SUBMITTED else None,
        version=sheet.version,
        address="report",
        back=f"../{terms.unit}{opened.then}",
        errors={} if conflict else {**_move_errors(refused), **asked.errors},
        conflict=conflict,
        text=sheet.difficulties if typed is None else typed,
        key=fresh_key(),
        editable=sheet.state in CLAIMABLE
        and not past
        and asker.principal.may(Role.UNIT, terms.unit)
        and (lock is None or typed is not None),  # a typed text stays
        person=asker.principal.subject,
        stated=zlib.crc32(sheet.difficulties.encode()),
        unsaved=typed is not None,
        saved="Đã lưu khó khăn và kiến nghị." if saved == STATE else "",
        moved=done_said(sheet, asker.subject) if saved == MOVED else "",
    )


def _page(template: str, root: str, visitor: Visitor, status: int = 200, **values: object) -> Response:
    return page(TEMPLATES.render(template, root, visitor, **values), status)
