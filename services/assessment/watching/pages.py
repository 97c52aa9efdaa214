"""Pages of a round: how far every unit is, one unit with what the office may do for it, and a criterion of all units.

They execute the commands that the API executes. What is done for several units is done for each by its own command.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.appraising.bodies import StageExtensionIn
from assessment.opening.terms import Terms
from assessment.self_scoring.bodies import ExtensionIn
from assessment.watching.api import COMPARISON, OFFICIALS
from assessment.watching.comparison import Comparison, comparison_of
from assessment.watching.display import (
    AGENCY_COLUMNS,
    DONE,
    NEXT,
    OFFERS,
    REFUSED_COLUMNS,
    UNIT_COLUMNS,
    acts_of,
    agency_rows,
    comparison_columns,
    comparison_rows,
    late_rows,
    names_in,
    round_rows,
    stages_in,
    unit_rows,
    unit_summary,
    units_by_block,
)
from assessment.watching.forms import (
    ABOUT_ROUND,
    ABOUT_UNIT,
    DIGEST,
    OF_ROUND,
    OF_UNIT,
    Act,
    act_in,
    extension_in,
    reason_in,
    stage_extension_in,
)
from assessment.watching.queries import NextStep, WatchedRound, WatchedUnit, watched_round, watched_unit
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.eventstore.appending import Appended
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.http.routes import join_routes
from parindex.http.write_endpoints import WriteRequest
from parindex.refusal import Refused
from parindex.service import ServiceContext
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, SentForm, fresh_key, see_other
from parindex.web.rendering import Templates, Visitor

TEMPLATES: Final = Templates("assessment.watching")
OF_PAGE_OF_ROUND, OF_PAGE_OF_UNIT, OF_COMPARISON = "../", "../../../../", "../../../../"
"""The way from a page to the root of the service."""

Office = Annotated[Asker, allow_page(Role.OFFICE, Role.COUNCIL)]
OfUnit = Callable[[ServiceContext, Terms, WriteRequest, Asker], Awaitable[Appended]]
Extends = Callable[[ServiceContext, Terms, ExtensionIn, WriteRequest, Asker], Awaitable[Appended]]


@dataclass(frozen=True, slots=True)
class Commands:
    """What the pages execute: the functions of other steps, which their API routes execute, too."""

    announce: OfUnit
    complete: OfUnit
    extend_self_scoring: Extends
    extend_appraisal: Callable[[ServiceContext, Terms, StageExtensionIn, WriteRequest, Asker], Awaitable[Appended]]
    end_explanation: Callable[[ServiceContext, Terms, str, WriteRequest, Asker], Awaitable[Appended]]
    close: Callable[[ServiceContext, str, WriteRequest, Asker], Awaitable[Appended]]


def routes(context: ServiceContext, commands: Commands) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(include_in_schema=False)

    @router.get("/rounds/{round}")
    async def round_page(round: RoundId, asker: Office, done: str = "") -> Response:
        return _round_page(await watched_round(context, asker, round), asker, done=done)

    @router.post("/rounds/{round}", **PAGE_FORM)
    async def act_on_round(request: Request, round: RoundId, asker: Office) -> Response:
        watched = await watched_round(context, asker, round)
        sent = await OF_ROUND.read(request)
        try:
            if (act := act_in(sent, ABOUT_ROUND)) is Act.CLOSE:
                await commands.close(context, round, sent.write, asker)
                return see_other(f"{round}?done={act}")
        except Refused as refused:
            return _round_page(await watched_round(context, asker, round), asker, refused=refused)
        ready = watched.ready(NextStep(act))
        if sent.text(DIGEST) != digest_of(ready):
            return _round_page(watched, asker, changed=True)
        command = commands.announce if act is Act.ANNOUNCE else commands.complete
        if failed := await _each(context, ready, command, sent.write, asker):
            return _round_page(await watched_round(context, asker, round), asker, failed=failed)
        return see_other(f"{round}?done={act}")

    @router.get("/rounds/{round}/units/{unit}/office")
    async def unit_page(round: RoundId, unit: UnitCode, asker: Office, done: str = "") -> Response:
        return _unit_page(await watched_unit(context, asker, round, unit), asker, done=done)

    @router.post("/rounds/{round}/units/{unit}/office", **PAGE_FORM)
    async def act_on_unit(request: Request, round: RoundId, unit: UnitCode, asker: Office) -> Response:
        watched = await watched_unit(context, asker, round, unit)
        sent = await OF_UNIT.read(request)
        try:
            act = act_in(sent, ABOUT_UNIT)
            await _act(context, commands, watched.unit.terms, act, sent, asker)
        except Refused as refused:
            return _unit_page(await watched_unit(context, asker, round, unit), asker, sent=sent, refused=refused)
        return see_other(f"office?done={act}")

    join_routes(router, _of_comparison(context))
    return router


def _of_comparison(context: ServiceContext) -> APIRouter:
    """Build the route of the page of one criterion over all units."""
    router = APIRouter(include_in_schema=False)

    @router.get(COMPARISON)
    async def comparison_page(
        round: RoundId, criterion: CriterionCode, asker: Annotated[Asker, allow_page(*OFFICIALS, reads="self-score")]
    ) -> Response:
        return _comparison_page(await comparison_of(context, asker, round, criterion), asker)

    return router


def digest_of(units: Sequence[WatchedUnit]) -> str:
    """Return the digest of some units as a page shows them: each with its sheet's events so far."""
    names = "\n".join(f"{each.unit.terms.unit} {each.stage} {each.claimed} {each.found}" for each in units)
    return hashlib.sha256(names.encode()).hexdigest()


async def _each(
    context: ServiceContext, units: Sequence[WatchedUnit], command: OfUnit, write: WriteRequest, asker: Asker
) -> list[tuple[str, str]]:
    """Execute a command for each unit; return the units that refused it, each with the reason."""
    refused = list[tuple[str, str]]()
    for each in units:
        key = f"{write.idempotency_key}-{each.unit.terms.unit}"
        try:
            await command(context, each.unit.terms, replace(write, idempotency_key=key, if_match=None), asker)
        except Refused as refusal:
            refused.append((each.unit.name, " ".join([refusal.vi, *(place.vi for place in refusal.places)])))
    return refused


async def _act(
    context: ServiceContext, commands: Commands, terms: Terms, act: Act, sent: SentForm, asker: Asker
) -> None:
    write = replace(sent.write, if_match=None)  # each act is refused by its own rule where it is no longer due
    match act:
        case Act.ANNOUNCE:
            await commands.announce(context, terms, write, asker)
        case Act.COMPLETE:
            await commands.complete(context, terms, write, asker)
        case Act.EXTEND_SELF_SCORING:
            await commands.extend_self_scoring(context, terms, extension_in(sent), write, asker)
        case Act.EXTEND_FIRST_APPRAISAL | Act.EXTEND_EXPLANATION | Act.EXTEND_APPRAISAL:
            await commands.extend_appraisal(context, terms, stage_extension_in(sent, act), write, asker)
        case Act.END_EXPLANATION:
            await commands.end_explanation(context, terms, reason_in(sent), write, asker)
        case _:
            raise AssertionError(f"no act about a unit: {act}")


def _round_page(
    watched: WatchedRound,
    asker: Asker,
    *,
    done: str = "",
    changed: bool = False,
    refused: Refused | None = None,
    failed: Sequence[tuple[str, str]] = (),
) -> Response:
    opened, state = watched.found.opened, watched.found.state
    status = STATUS[refused.kind][0] if refused else 409 if changed or failed else 200
    ready = {step: watched.ready(step) for step in NextStep}
    return _page(
        "round.html",
        OF_PAGE_OF_ROUND,
        asker,
        status,
        note=opened.note,
        title=opened.shown_title,
        round=opened.round,
        authority=opened.authority,
        council=opened.council,
        done=DONE.get(done, ""),
        errors=OF_ROUND.errors(refused) if refused else {},
        changed=changed,
        failed=failed,
        failed_columns=REFUSED_COLUMNS,
        summary=round_rows(watched),
        blocks=[(name, unit_rows(units, watched.at)) for name, units in units_by_block(watched)],
        unit_columns=UNIT_COLUMNS,
        late=late_rows(watched),
        agencies=agency_rows(watched),
        agency_columns=AGENCY_COLUMNS,
        offers=[(step, OFFERS[step].format(len(units)), digest_of(units)) for step, units in ready.items() if units],
        closable=watched.all_completed and not state.closed,
        closed=state.closed,
        reminds=asker.principal.may(Role.OFFICE, opened.authority),
        close=Act.CLOSE,
        key=fresh_key(),
    )


def _unit_page(
    watched: WatchedUnit, asker: Asker, *, done: str = "", sent: SentForm | None = None, refused: Refused | None = None
) -> Response:
    unit = watched.unit
    texts = {name: sent.text(name) for name in sent.fields} if sent else {}
    acts = acts_of(watched)
    return _page(
        "unit.html",
        OF_PAGE_OF_UNIT,
        asker,
        STATUS[refused.kind][0] if refused else 200,
        note=unit.terms.note,
        unit=unit.name,
        unit_code=unit.terms.unit,
        round=unit.terms.round,
        title=unit.title,
        done=DONE.get(done, ""),
        errors=OF_UNIT.errors(refused) if refused else {},
        summary=unit_summary(watched),
        open_items=watched.open_items,
        step=(watched.next, NEXT[watched.next]) if watched.next and watched.mine else None,
        acts=acts,
        timed=any(act is not Act.END_EXPLANATION for act, _ in acts),
        texts=texts,
        key=fresh_key(),
    )


def _comparison_page(compared: Comparison, asker: Asker) -> Response:
    stages = stages_in(compared)
    return _page(
        "comparison.html",
        OF_COMPARISON,
        asker,
        note=compared.found.opened.note,
        title=compared.found.opened.shown_title,
        criterion=compared.criterion,
        names=names_in(compared),
        columns=comparison_columns(stages),
        rows=comparison_rows(compared, stages),
        awaited=", ".join(unit.name for unit in compared.awaited),
    )


def _page(template: str, root: str, asker: Asker, status: int = 200, *, note: str, **values: object) -> Response:
    shown = Visitor("", root + SIGN_OUT, asker.subject, note)
    return page(TEMPLATES.render(template, root, shown, **values), status)
