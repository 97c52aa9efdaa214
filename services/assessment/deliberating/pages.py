"""The pages of a round's council: its members and sessions, the criteria before it, and a decision with votes.

They execute the commands that the API executes.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.appraising.forms import POINTS, FindingChoice
from assessment.deliberating.api import (
    DecideInSession,
    SessionNumber,
    compose,
    conclude_session,
    minutes_of,
    record_session,
    refer,
    votes_in,
)
from assessment.deliberating.display import (
    DECIDED_COLUMNS,
    DONE,
    MEMBER_COLUMNS,
    OPEN_COLUMNS,
    SESSION_COLUMNS,
    composition_summary,
    decided_rows,
    item_among,
    member_rows,
    names_of,
    open_rows,
    session_rows,
    session_said,
    session_summary,
    votes_said,
)
from assessment.deliberating.forms import (
    ATTENDS,
    COMPOSITION,
    DO,
    GONE,
    MINUTES,
    MOST_ROWS,
    WROTE,
    composition_texts,
    council_in_form,
    decision_errors,
    decision_form,
    decision_in,
    erased_members,
    filled_rows,
    fresh_texts,
    is_stale,
    member_errors,
    minutes_in_form,
    referral_in,
    session_form,
    session_in_form,
    session_number,
    session_texts,
)
from assessment.deliberating.members import ROLE_WORDS
from assessment.deliberating.queries import council_in, items_in, round_for, texts_of, typed_texts_of
from assessment.deliberating.refusals import SessionUnknownError
from assessment.opening.terms import Terms
from assessment.self_scoring.display import STAGE_COLUMNS, stage_rows, tried
from assessment.self_scoring.forms import THEN, figure_fields
from assessment.self_scoring.reading import open_sheet
from parindex.auth import Asker, ForbiddenError, Role
from parindex.auth.fastapi import allow_page
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.refusal import ConfirmationNeededError, Refused
from parindex.service import ServiceContext
from parindex.web import vietnamese
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, SentForm, fresh_key, see_other
from parindex.web.rendering import Templates, Visitor

TEMPLATES: Final = Templates("assessment.deliberating", macros_of=("assessment.self_scoring",))
COUNCIL: Final = "/rounds/{round}/council"
MEMBERS: Final = COUNCIL + "/members"
SESSION: Final = COUNCIL + "/sessions/{session}"
ITEM: Final = "/rounds/{round}/units/{unit}/criteria/{criterion}/council"
OF_COUNCIL, OF_MEMBERS, OF_SESSION, OF_ITEM = "../../", "../../../", "../../../../", "../../../../../../"
"""The way from a page to the root of the service."""
MORE_ROWS: Final = 3
CONCLUDE, REFER = "conclude", "refer"

Office = Annotated[Asker, allow_page(Role.OFFICE)]
Secretariat = Annotated[Asker, allow_page(Role.OFFICE, Role.COUNCIL)]
Reader = Annotated[Asker, allow_page(Role.OFFICE, Role.COUNCIL, reads="self-score")]


def routes(context: ServiceContext, decide_in_session: DecideInSession) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(include_in_schema=False)
    _add_council(router, context)
    _add_session(router, context)

    @router.get(ITEM)
    async def council_item_page(round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Reader) -> Response:
        await round_for(context.log, round, asker)
        opened = await open_sheet(context.log, asker, round, unit)
        return await _item_page(context, opened.terms, criterion, asker)

    @router.post(ITEM, **PAGE_FORM)
    async def decide_from_page(
        request: Request, round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Secretariat
    ) -> Response:
        found = await round_for(context.log, round, asker)
        opened = await open_sheet(context.log, asker, round, unit)
        _, leaf = opened.row(criterion)
        sent = await decision_form(leaf).read(request)
        if sent.text(THEN) == "try":
            return await _item_page(context, opened.terms, criterion, asker, sent)
        try:
            if sent.text(DO) == REFER:
                await refer(context, opened.terms, [referral_in(sent, criterion)], sent.write, asker)
                return see_other("../../../../council?done=referred")
            if not asker.principal.may(Role.COUNCIL, opened.terms.authority):
                raise ForbiddenError([Role.COUNCIL], opened.terms.authority)
            council = (await council_in(context.log, round)).state
            item = item_among(await items_in(context.log, found), unit, criterion)
            body = decision_in(sent, leaf, item.votes.session if item and item.votes else 0)
            voted = votes_in(context, opened.terms, session_number(sent, [*council.sessions]), [body])
            await decide_in_session(context, opened.terms, [body], voted, sent.write, asker)
        except Refused as refused:
            return await _item_page(context, opened.terms, criterion, asker, sent, refused)
        return see_other("../../../../council?done=decided")

    return router


def _add_council(router: APIRouter, context: ServiceContext) -> None:
    @router.get(COUNCIL)
    async def council_page(round: RoundId, asker: Reader, done: str = "") -> Response:
        found = await round_for(context.log, round, asker)
        council = (await council_in(context.log, round)).state
        texts, items = await texts_of(context.log, council), await items_in(context.log, found)
        return _page(
            "council.html",
            OF_COUNCIL,
            asker,
            note=found.opened.note,
            title=found.opened.shown_title,
            round=round,
            offered=found.opened.council,
            composed=bool(council.members),
            done=DONE.get(done, ""),
            council=council,
            decided_on=vietnamese.calendar_day(council.decided_on),
            members=member_rows(council, texts),
            member_columns=MEMBER_COLUMNS,
            sessions=session_rows(council, names_of(council, texts)),
            session_columns=SESSION_COLUMNS,
            next_session=len(council.sessions) + 1,
            open_items=open_rows(items),
            open_columns=OPEN_COLUMNS,
            decided_items=decided_rows(items),
            decided_columns=DECIDED_COLUMNS,
            office=asker.principal.may(Role.OFFICE, found.opened.authority),
        )

    @router.get(MEMBERS)
    async def members_page(round: RoundId, asker: Office) -> Response:
        return await _members_page(context, round, asker)

    @router.post(MEMBERS, **PAGE_FORM)
    async def compose_from_page(request: Request, round: RoundId, asker: Office) -> Response:
        await round_for(context.log, round, asker)
        sent = await COMPOSITION.read(request)
        try:
            council = (await council_in(context.log, round)).state
            erased = erased_members(council, await typed_texts_of(context.log, council))
            await compose(context, round, council_in_form(sent, council, erased), sent.write, asker)
        except Refused as refused:
            return await _members_page(context, round, asker, sent, refused)
        return see_other("../council?done=composed")


def _add_session(router: APIRouter, context: ServiceContext) -> None:
    @router.get(SESSION)
    async def session_page(round: RoundId, session: SessionNumber, asker: Secretariat) -> Response:
        return await _session_page(context, round, session, asker)

    @router.get(SESSION + "/minutes")
    async def minutes_file(round: RoundId, session: SessionNumber, asker: Reader) -> Response:
        return await minutes_of(context, round, session, asker)

    @router.post(SESSION, **PAGE_FORM)
    async def save_session(request: Request, round: RoundId, session: SessionNumber, asker: Secretariat) -> Response:
        await round_for(context.log, round, asker)
        council = (await council_in(context.log, round)).state
        sent = await session_form(council).read(request)
        try:
            if sent.text(DO) == CONCLUDE:
                await conclude_session(context, round, session, minutes_in_form(sent), sent.write, asker)
                return see_other("../../council?done=concluded")
            body = session_in_form(sent, council)
            await record_session(context, round, session, body, sent.write, asker)
        except Refused as refused:
            return await _session_page(context, round, session, asker, sent, refused)
        return see_other("../../council?done=session")


async def _members_page(
    context: ServiceContext, round_id: str, asker: Asker, sent: SentForm | None = None, refused: Refused | None = None
) -> Response:
    found = await round_for(context.log, round_id, asker)
    loaded = await council_in(context.log, round_id)
    typed = await typed_texts_of(context.log, loaded.state)
    texts, erased = composition_texts(loaded.state, typed), erased_members(loaded.state, typed)
    shown = await texts_of(context.log, loaded.state)
    if sent:
        texts = {name: sent.text(name) for name in sent.fields}
    used = max((int(name.rpartition("-")[2]) + 1 for name, text in texts.items() if "-" in name and text), default=0)
    return _page(
        "members.html",
        OF_MEMBERS,
        asker,
        STATUS[refused.kind][0] if refused else 200,
        note=found.opened.note,
        texts=texts,
        rows=range(min(used + MORE_ROWS, MOST_ROWS)),
        roles=list(ROLE_WORDS.items()),
        erased=erased,
        gone=sent.fields[GONE] if sent else (),
        now=composition_summary(loaded.state, shown) if is_stale(refused) else [],
        errors=member_errors(refused, filled_rows(sent, erased)) if refused and sent else {},
        key=fresh_key(),
        version=sent.write.if_match if sent and not is_stale(refused) else loaded.version,
    )


async def _session_page(
    context: ServiceContext,
    round_id: str,
    number: int,
    asker: Asker,
    sent: SentForm | None = None,
    refused: Refused | None = None,
) -> Response:
    found = await round_for(context.log, round_id, asker)
    loaded = await council_in(context.log, round_id)
    council, known = loaded.state, loaded.state.sessions.get(number)
    if known is None and number != len(council.sessions) + 1:
        raise SessionUnknownError(number)
    behind = await texts_of(context.log, council)
    names, texts = names_of(council, behind), session_texts(known, await typed_texts_of(context.log, council))
    if sent and sent.text(DO) == CONCLUDE:
        texts |= {MINUTES: sent.text(MINUTES)}
    elif sent:
        texts = {name: sent.text(name) for name in sent.fields}
    return _page(
        "session.html",
        OF_SESSION,
        asker,
        STATUS[refused.kind][0] if refused else 200,
        note=found.opened.note,
        number=number,
        known=known,
        members=[(one.code, names[one.code]) for one in council.members],
        takes=((ATTENDS, "Dự họp"), (WROTE, "Ý kiến bằng văn bản"), ("", "Vắng mặt")),
        texts=texts,
        now=session_summary(known, names, behind) if is_stale(refused) else [],
        errors=session_form(council).errors(refused) if refused else {},
        key=fresh_key(),
        conclude=CONCLUDE,
        version=sent.write.if_match if sent and not is_stale(refused) else loaded.version,
    )


async def _item_page(
    context: ServiceContext,
    terms: Terms,
    criterion: str,
    asker: Asker,
    sent: SentForm | None = None,
    refused: Refused | None = None,
) -> Response:
    opened = await open_sheet(context.log, asker, terms.round, terms.unit)
    row, leaf = opened.row(criterion)
    found = await round_for(context.log, terms.round, asker)
    council = (await council_in(context.log, terms.round)).state
    item = item_among(await items_in(context.log, found), terms.unit, criterion)
    running = [one for one in council.sessions.values() if one.quorate and not one.concluded]
    texts = {name: sent.text(name) for name in sent.fields} if sent else fresh_texts(row, leaf, running)
    return _page(
        "item.html",
        OF_ITEM,
        asker,
        STATUS[refused.kind][0] if refused else 200,
        note=found.opened.note,
        leaf=leaf,
        unit=opened.name,
        unit_code=terms.unit,
        title=opened.title,
        stages=stage_rows(row, leaf),
        stage_columns=STAGE_COLUMNS,
        reason=item.reason if item else "",
        waits=bool(item and item.open),
        decided=votes_said(item.votes) if item and item.votes else "",
        editable=bool(item)
        and bool(running)
        and not opened.sheet.completed
        and asker.principal.may(Role.COUNCIL, terms.authority),
        referable=terms.council and item is None and row.finding is not None and not opened.sheet.completed,
        refer=REFER,
        sessions=[(str(one.number), session_said(one)) for one in running],
        figures=figure_fields(leaf.rule),
        points_field=POINTS,
        choices=FindingChoice,
        texts=texts,
        tried=tried(leaf, texts) if sent and sent.text(THEN) == "try" else "",
        warnings=refused.places if isinstance(refused, ConfirmationNeededError) else [],
        errors=decision_errors(refused, leaf) if refused else {},
        key=fresh_key(),
        version=sent.write.if_match if sent and not is_stale(refused) else opened.sheet.version,
    )


def _page(template: str, root: str, asker: Asker, status: int = 200, *, note: str, **values: object) -> Response:
    shown = Visitor("", root + SIGN_OUT, asker.subject, note)
    return page(TEMPLATES.render(template, root, shown, **values), status)
