"""The pages on which appraisers work: their list in a round, one criterion of a unit, and a list upheld at once.

They execute the commands that the API executes. The filter of the list is in the address, so Back and a link keep it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from assessment.appraising.api import Filter, Text, make_findings_of
from assessment.appraising.bodies import FindingIn
from assessment.appraising.display import (
    CHANGE_COLUMNS,
    COLUMNS,
    EXCEPTION_COLUMNS,
    REFUSED_COLUMNS,
    ROWS_OF_PAGE,
    UPHELD_COLUMNS,
    change_rows,
    choices_of,
    evidence_rows,
    item_rows,
    lock_of,
    named,
    place_of,
    progress_rows,
)
from assessment.appraising.forms import (
    DIGEST,
    POINTS,
    UPHOLDING,
    FindingChoice,
    errors_of_finding,
    finding_form,
    finding_in,
    seen_in_form,
    texts_of_finding,
)
from assessment.appraising.queries import changed_last, keep_look
from assessment.appraising.state import ItemState
from assessment.appraising.worklist import (
    CHANGED,
    ROUND_ROLES,
    Item,
    ListFilter,
    Worklist,
    require_official,
    to_uphold,
    worklist_of,
)
from assessment.opening.stages import ValueStage
from assessment.opening.terms import Terms
from assessment.self_scoring.display import (
    STAGE_COLUMNS,
    STAGE_NAMES,
    by_area,
    claim_rows,
    earlier_rows,
    extension_rows,
    history_lines,
    stage_rows,
    summary_of,
    tried,
    worth_of,
)
from assessment.self_scoring.events import stream_of
from assessment.self_scoring.forms import THEN, figure_fields, typed_figures
from assessment.self_scoring.queries import criterion_at, earlier_claim, history_of
from assessment.self_scoring.reading import OpenSheet, open_sheet
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.eventstore.appending import Appended, StreamMovedError
from parindex.eventstore.moments import Until
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.http.routes import join_routes
from parindex.http.write_endpoints import WriteRequest
from parindex.instant import instant
from parindex.refusal import ConfirmationNeededError, Refused
from parindex.service import ServiceContext
from parindex.web.answering import fragment, page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, SentForm, fresh_key, see_other
from parindex.web.parts import Link, Words
from parindex.web.rendering import Templates, Visitor
from parindex.web.saving import save_beside_others

TEMPLATES: Final = Templates("assessment.appraising", macros_of=("assessment.self_scoring",))
LIST: Final = "/rounds/{round}/appraisal"
UPHELD: Final = LIST + "/upholding"
ITEM: Final = "/rounds/{round}/units/{unit}/criteria/{criterion}/appraisal"
OF_LIST, OF_UPHELD, OF_ITEM = "../../", "../../../", "../../../../../../"
"""The way from a page to the root of the service."""
MOVED: Final = "Có người vừa ghi vào phiếu của đơn vị này."
TO_ROUND: Final = "../../../../"
"""The way from the page of an item to the address of its round."""

Appraiser = Annotated[Asker, allow_page(Role.APPRAISER, Role.COUNCIL, Role.OFFICE)]
Reader = Annotated[Asker, allow_page(Role.APPRAISER, Role.COUNCIL, Role.OFFICE, reads="self-score")]


@dataclass(frozen=True, slots=True)
class AskedItem:
    """What the address of an item asks for: a criterion, in the list of this filter. `saved`: the item saved last.

    `head` is a position of the log: the page shows every entry up to it.
    """

    criterion: str
    wanted: ListFilter
    head: int
    saved: str = ""


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(include_in_schema=False)

    @router.get(LIST)
    async def list_page(
        round: RoundId, asker: Reader, wanted: Filter, at: Annotated[int, Query(ge=0, le=10**6)] = 0, done: Text = ""
    ) -> Response:
        return await _list_page(context, await _work(context, asker, round), wanted, asker, at, done)

    @router.get(UPHELD)
    async def upholding_page(round: RoundId, asker: Reader, wanted: Filter) -> Response:
        return await _upholding_page(context, await _work(context, asker, round), wanted, asker)

    @router.post(UPHELD, **PAGE_FORM)
    async def uphold_all(request: Request, round: RoundId, asker: Appraiser, wanted: Filter) -> Response:
        work, sent = await _work(context, asker, round), await UPHOLDING.read(request)
        versions = await _versions(context, work)  # before the list is made, so that no later claim is upheld unseen
        work = await _work(context, asker, round)
        listed = await to_uphold(context, work, wanted)
        if sent.text(DIGEST) != listed.digest:
            return await _upholding_page(context, work, wanted, asker, changed=True)
        refused = await _uphold(context, listed.upheld, versions, sent.write, asker)
        if refused:
            return await _upholding_page(context, await _work(context, asker, round), wanted, asker, refused=refused)
        return see_other(f"../appraisal{wanted.query(done='yes')}")

    join_routes(router, _of_item(context))
    return router


def _of_item(context: ServiceContext) -> APIRouter:
    """Build the routes of the page of one criterion of a unit."""
    router = APIRouter(include_in_schema=False)

    @router.get(ITEM)
    async def item_page(
        round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Reader, wanted: Filter, saved: Text = ""
    ) -> Response:
        asked = AskedItem(criterion, wanted, await context.log.head(), saved)
        return await _item_page(context, await open_sheet(context.log, asker, round, unit), asked, asker)

    @router.post(ITEM, **PAGE_FORM)
    async def save_finding(
        request: Request, round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Appraiser, wanted: Filter
    ) -> Response:
        asked = AskedItem(criterion, wanted, await context.log.head())
        opened = await open_sheet(context.log, asker, round, unit)
        around = (await _work(context, asker, round)).neighbours(wanted, unit, criterion)
        _, leaf = opened.row(criterion)
        sent = await finding_form(leaf).read(request)
        if sent.text(THEN) == "try":
            return await _item_page(context, opened, asked, asker, sent)
        to_next = f"{TO_ROUND}{place_of(around.after) if around.after else 'appraisal'}"
        if sent.text(THEN) == "seen":
            if around.item is not None:
                await keep_look(
                    context.log, asker.subject, opened.terms, [criterion], min(seen_in_form(sent), asked.head)
                )
            return see_other(to_next + wanted.query())
        try:
            await _save(context, opened.terms, finding_in(sent, leaf), sent.write, asker)
        except Refused as refused:
            again = replace(asked, head=await context.log.head())
            opened = await open_sheet(context.log, asker, round, unit)
            return await _item_page(context, opened, again, asker, sent, refused)
        more = wanted.query(saved=f"{unit}/{criterion}")
        if sent.text(THEN) == "next":
            return see_other(to_next + more)
        return see_other(f"appraisal{more}")

    @router.get(ITEM + "/points")
    async def typed_points(
        round: RoundId, unit: UnitCode, criterion: CriterionCode,
        texts: Annotated[dict[str, str], Depends(typed_figures)], asker: Appraiser,
    ) -> Response:  # fmt: skip
        _, leaf = (await open_sheet(context.log, asker, round, unit)).row(criterion)
        return fragment(tried(leaf, texts))

    return router


async def _work(context: ServiceContext, asker: Asker, round_id: str) -> Worklist:
    """Return the asker's list. Raises RoundUnknownError, and ForbiddenError for who appraises nothing of the round."""
    work = await worklist_of(context, asker.principal, round_id)
    require_official(asker, work.found.opened)
    return work


async def _save(context: ServiceContext, terms: Terms, body: FindingIn, write: WriteRequest, asker: Asker) -> None:
    """Save a finding from a page. Raises as `save_beside_others` does."""

    async def attempt(write: WriteRequest) -> Appended:
        return await make_findings_of(context, terms, [body], write, asker)

    await save_beside_others(attempt, lambda: changed_last(context.log, terms, body.criterion), write)


async def _versions(context: ServiceContext, work: Worklist) -> Mapping[str, int]:
    """Return the versions of the sheets on a list, by their streams."""
    streams = {stream_of(item.unit.terms.round, item.unit.terms.unit) for item in work.items}
    async with context.engine.connect() as connection:
        heads = await context.log.heads_within(connection, sorted(streams))
    return {stream: head.version for stream, head in heads.items()}


async def _uphold(
    context: ServiceContext, items: Sequence[Item], versions: Mapping[str, int], write: WriteRequest, asker: Asker
) -> list[tuple[str, str]]:
    """Uphold items, each unit in one append; return the units that refused it, each with the reason.

    A unit whose sheet has moved on from its version refuses it, too. Where this ends in the middle, the units before
    are written, and the page then lists what is left.
    """
    refused = list[tuple[str, str]]()
    for unit, of_unit in groupby(items, lambda item: item.unit):
        body = [FindingIn(criterion=item.criterion, upheld=True) for item in of_unit]
        seen = versions.get(stream_of(unit.terms.round, unit.terms.unit), 0)
        part = replace(write, idempotency_key=f"{write.idempotency_key}-{unit.terms.unit}", if_match=seen)
        try:
            await make_findings_of(context, unit.terms, body, part, asker)
        except Refused as refusal:
            words = MOVED if isinstance(refusal, StreamMovedError) else refusal.vi
            refused.append((unit.name, " ".join([words, *(place.vi for place in refusal.places)])))
    return refused


async def _list_page(
    context: ServiceContext, work: Worklist, wanted: ListFilter, asker: Asker, at: int, done: str
) -> Response:
    listed = work.wanted(wanted)
    shown = listed[at : at + ROWS_OF_PAGE]
    entries = await context.log.read_at(
        position for item in shown for position in (item.progress.claimed, item.progress.found) if position
    )
    opened, waiting = work.found.opened, sum(item.state is ItemState.TO_DO for item in listed)
    return _page(
        "worklist.html",
        OF_LIST,
        asker,
        note=opened.note,
        title=opened.shown_title,
        progress=progress_rows(work, wanted),
        choices=choices_of(work, wanted),
        chosen={
            "state": CHANGED if wanted.changed else wanted.state or "",
            "of_unit": wanted.unit,
            "of_criterion": wanted.criterion,
        },
        every=wanted.every,
        others=any(not item.mine for item in work.items),
        nothing=not work.items,
        columns=COLUMNS,
        rows=item_rows(shown, entries, wanted),
        place=f"{at + 1}–{at + len(shown)} / {len(listed)}" if shown else f"{len(listed)} mục",
        before=f"appraisal{wanted.query(at=max(at - ROWS_OF_PAGE, 0))}" if at else "",
        after=f"appraisal{wanted.query(at=at + ROWS_OF_PAGE)}" if at + ROWS_OF_PAGE < len(listed) else "",
        waiting=waiting,
        upholding=f"appraisal/upholding{wanted.query()}",
        comparison=f"criteria/{wanted.criterion}/units"
        if any(each.criterion == wanted.criterion for each in listed)
        else "",
        done=bool(done),
    )


async def _upholding_page(
    context: ServiceContext,
    work: Worklist,
    wanted: ListFilter,
    asker: Asker,
    *,
    changed: bool = False,
    refused: Sequence[tuple[str, str]] = (),
) -> Response:
    listed = await to_uphold(context, work, wanted)
    counts = [(unit.name, str(len(list(of_unit)))) for unit, of_unit in groupby(listed.upheld, lambda item: item.unit)]
    return _page(
        "upholding.html",
        OF_UPHELD,
        asker,
        409 if changed or refused else 200,
        note=work.found.opened.note,
        title=work.found.opened.shown_title,
        back=f"../appraisal{wanted.query()}",
        address=f"upholding{wanted.query()}",
        count=len(listed.upheld),
        more=listed.more,
        counts=counts,
        count_columns=UPHELD_COLUMNS,
        exceptions=[
            (Link(named(item), f"../{place_of(item)}{wanted.query()}"), why) for item, why in listed.exceptions
        ],
        exception_columns=EXCEPTION_COLUMNS,
        changed=changed,
        refused=refused,
        refused_columns=REFUSED_COLUMNS,
        digest=listed.digest,
        key=fresh_key(),
    )


async def _item_page(
    context: ServiceContext,
    opened: OpenSheet,
    asked: AskedItem,
    asker: Asker,
    sent: SentForm | None = None,
    refused: Refused | None = None,
) -> Response:
    criterion, wanted = asked.criterion, asked.wanted
    row, leaf = opened.row(criterion)
    terms, stage = opened.terms, opened.sheet.stage
    work = await _work(context, asker, terms.round)
    around, saved = work.neighbours(wanted, terms.unit, criterion), work.found_name(asked.saved)
    [(area, _)] = by_area(opened.criteria_set, [row])
    texts = {name: sent.text(name) for name in sent.fields} if sent else texts_of_finding(row, leaf, stage)
    earlier = await earlier_claim(context.engine, context.log, terms, criterion)
    lock = lock_of(opened, criterion, instant(await context.moment()), listed=around.item is not None)
    changes = await _seen_anew(context, opened, asked, around.item, asker)
    stale = isinstance(refused, StreamMovedError)
    return _page(
        "finding.html",
        OF_ITEM,
        asker,
        STATUS[refused.kind][0] if refused else 200,
        note=terms.note,
        council=terms.council and asker.principal.may(ROUND_ROLES, terms.authority),
        leaf=leaf,
        unit=opened.name,
        unit_code=terms.unit,
        title=opened.title,
        place=around.place,
        before=TO_ROUND + place_of(around.before) + wanted.query() if around.before else "",
        after=TO_ROUND + place_of(around.after) + wanted.query() if around.after else "",
        back=f"{TO_ROUND}appraisal{wanted.query()}",
        address=f"appraisal{wanted.query()}",
        comparison=f"{TO_ROUND}criteria/{criterion}/units",
        saved=f"Đã lưu kết quả thẩm định: {saved}." if saved else "",
        stage=STAGE_NAMES[stage],
        summary=summary_of(row, leaf, area),
        claim=[line for line in claim_rows(row.claim, leaf) if line.term != "Tài liệu"],
        documents=evidence_rows(row.claim),
        stages=stage_rows(row, leaf),
        changed=around.item is not None and around.item.changed,
        changes=changes,
        change_columns=CHANGE_COLUMNS,
        seen=asked.head,
        stage_columns=STAGE_COLUMNS,
        earlier=earlier,
        earlier_rows=earlier_rows(earlier),
        earlier_points=worth_of(earlier.leaf, earlier.row.claim).text if earlier else "",
        history=history_lines(await history_of(context.log, terms, criterion, opened.drafts), leaf),
        lock=lock,
        extended=extension_rows(opened.sheet, terms),
        editable=lock is None or sent is not None,  # a typed text stays
        keeps=stage is ValueStage.APPRAISAL_2 and row.finding is not None,
        choices=FindingChoice,
        points_field=POINTS,
        figures=figure_fields(leaf.rule),
        texts=texts,
        tried=tried(leaf, texts) if sent and sent.text(THEN) == "try" else "",
        errors=errors_of_finding(refused, leaf) if refused else {},
        warnings=refused.places if isinstance(refused, ConfirmationNeededError) else [],
        key=fresh_key(),
        version=sent.write.if_match if sent and not stale else opened.sheet.version,
        person=asker.principal.subject,
        position=row.finding.position if row.finding else 0,
        unsaved=sent is not None,
    )


async def _seen_anew(
    context: ServiceContext, opened: OpenSheet, asked: AskedItem, item: Item | None, asker: Asker
) -> list[list[Words]]:
    """Return what has changed since the asker saw an item. A first look is kept, a later one if the asker says so."""
    terms = opened.terms
    if item is None:
        return []
    if not item.seen:
        await keep_look(context.log, asker.subject, terms, [asked.criterion], asked.head)
    if not item.changed:
        return []
    before = await criterion_at(context.log, terms, asked.criterion, Until(position=item.seen), opened.drafts)
    row, leaf = opened.row(asked.criterion)
    return change_rows(before.row, row, leaf)


def _page(template: str, root: str, asker: Asker, status: int = 200, *, note: str, **values: object) -> Response:
    shown = Visitor("", root + SIGN_OUT, asker.subject, note)
    return page(TEMPLATES.render(template, root, shown, **values), status)
