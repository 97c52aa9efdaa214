"""HTTP endpoints of appraisers (findings), of the council (completion) and of the office (closing, reopening)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from assessment.appraising import erasing
from assessment.appraising.bodies import (
    EndingIn,
    FindingIn,
    Findings,
    ItemOut,
    ItemsOut,
    ReopeningIn,
    RoundOut,
    StageExtensionIn,
    shown_round,
)
from assessment.appraising.closing import round_closing
from assessment.appraising.commands import (
    AnnounceFirstAppraisal,
    Appraising,
    CloseRound,
    CompleteAppraisal,
    EndExplanation,
    ExtendAppraisal,
    MakeFindings,
    ReopenRound,
)
from assessment.appraising.decisions import appraising
from assessment.appraising.queries import completions_of, keep_look, progress_at, progress_of
from assessment.appraising.state import ItemState, ProposedFinding
from assessment.appraising.worklist import CHANGED, ListFilter, Worklist, acting, require_official, worklist_of
from assessment.opening.events import council_of
from assessment.opening.events import stream_of as round_stream
from assessment.opening.queries import round_of, terms_of
from assessment.opening.stages import CouncilVotes, ValueStage
from assessment.opening.state import FoundRound
from assessment.opening.terms import Terms
from assessment.self_scoring.events import stream_of as sheet_stream
from assessment.self_scoring.texts import verified_texts
from parindex.auth import Asker, ForbiddenError, Role, covers
from parindex.auth.fastapi import allow
from parindex.contracts.assessment import Block, RoundUnit
from parindex.eventstore.appending import Append, Appended, Decided, Metadata, StreamHead, StreamMovedError
from parindex.eventstore.command_handling import attempted_or_repeated, execute, load
from parindex.eventstore.sealing import Seals
from parindex.http.as_of import AsOf
from parindex.http.fields import Whole
from parindex.http.path_fields import RoundId, UnitCode
from parindex.http.problems import problems
from parindex.http.routes import join_routes
from parindex.http.write_endpoints import EDITABLE, WRITE, IncomingWrite, WriteRequest, etag, receipt
from parindex.instant import instant
from parindex.service import ServiceContext

Voted = Callable[[], Awaitable[tuple[Mapping[str, CouncilVotes], int]]]
"""Returns the votes by criterion, and the version of the council's stream from which they were decided."""

APPRAISAL = "/v1/rounds/{round}/units/{unit}/appraisal"

Finder = Annotated[Asker, allow(Role.APPRAISER, Role.COUNCIL, Role.OFFICE)]
Lister = Annotated[Asker, allow(Role.APPRAISER, Role.COUNCIL, Role.OFFICE, reads="self-score")]
Council = Annotated[Asker, allow(Role.COUNCIL)]
Office = Annotated[Asker, allow(Role.OFFICE)]
Finaliser = Annotated[Asker, allow(Role.COUNCIL, Role.OFFICE)]
PARTICIPANTS = (Role.OFFICE, Role.COUNCIL, Role.APPRAISER, Role.UNIT, Role.LEADER, Role.SURVEYOR, Role.AUDITOR)
Onlooker = Annotated[Asker, allow(*PARTICIPANTS)]

Text = Annotated[str, Query(max_length=200)]


def wanted_in(state: Text = "", of_unit: Text = "", of_criterion: Text = "", every: Text = "") -> ListFilter:
    """Return the filter in the query of an address; a state that no item has is no filter."""
    known = ItemState(state) if state in [*ItemState] else None
    return ListFilter(known, of_unit, of_criterion, every == "yes", state == CHANGED)


Filter = Annotated[ListFilter, Depends(wanted_in)]
Since = Annotated[Whole, Query(ge=0, le=10**15, description="một vị trí của sổ; in place of the asker's own looks")]
At = Annotated[Whole, Query(ge=0, le=10**6, description="items of the filtered list to pass over")]
Limit = Annotated[Whole, Query(ge=1, le=1_000, description="items to answer at most")]


async def make_findings_of(
    context: ServiceContext,
    terms: Terms,
    body: Sequence[FindingIn],
    write: WriteRequest,
    asker: Asker,
    *,
    council: bool = False,
) -> Appended:
    """Make findings, for the API and for the pages alike; who finds has seen the criteria. Raises as `decide` does."""
    stream = sheet_stream(terms.round, terms.unit)
    findings, seals = await _proposed(context, stream, body)
    now = await context.moment()
    command = MakeFindings(terms, findings, acting(asker, terms), instant(now), council)
    metadata = write.metadata(asker, terms.authority, now, seals.all)
    done = await execute(context.log, stream, appraising, command, metadata, write.if_match)
    if done.facts:
        await keep_look(context.log, asker.subject, terms, {fact.criterion for fact in done.facts}, done.last)
    return done


async def decide_in_session(
    context: ServiceContext, terms: Terms, body: Sequence[FindingIn], voted: Voted, write: WriteRequest, asker: Asker
) -> Appended:
    """Record what a session of the round's council decided, in one append on the state of both streams.

    `voted` reads the council, and raises what its rules refuse. Raises the refusals of `decide`, too.
    """
    log, stream = context.log, sheet_stream(terms.round, terms.unit)
    findings, seals = await _proposed(context, stream, body)
    now = await context.moment()
    metadata = write.metadata(asker, terms.authority, now, seals.all)
    if metadata.idempotency and (before := await log.answered(metadata.idempotency, stream)):
        return before

    async def attempt() -> Appended:
        loaded = await load(log, stream, appraising)
        if write.if_match is not None and loaded.version != write.if_match:
            raise StreamMovedError(stream, write.if_match, loaded.version)
        votes, version = await voted()
        command = MakeFindings(terms, findings, acting(asker, terms), instant(now), council=True, votes=votes)
        facts = appraising.decide(command, loaded.state)

        def unmoved(head: StreamHead, council: StreamHead) -> Decided:
            if council.version != version:
                raise StreamMovedError(council_of(terms.round), version, council.version)
            if head.version != loaded.version:
                raise StreamMovedError(stream, loaded.version, head.version)
            return Decided(facts)

        return await log.append(Append(stream, metadata, unmoved, len(facts), reads=(council_of(terms.round),)))

    done = await attempted_or_repeated(log, stream, metadata, attempt, waits=write.if_match is None)
    if done.facts:
        await keep_look(log, asker.subject, terms, {fact.criterion for fact in done.facts}, done.last)
    return done


async def complete(context: ServiceContext, terms: Terms, write: WriteRequest, asker: Asker) -> Appended:
    """Complete the appraisal of a unit, for the API and for the pages alike, as the functions below.

    They raise ForbiddenError and the refusals of `decide`.
    """
    asker.require(terms.authority)
    now = await context.moment()
    command = CompleteAppraisal(terms, acting(asker, terms), instant(now))
    return await _carry_out(context, command, write, write.metadata(asker, terms.authority, now))


async def announce_first(context: ServiceContext, terms: Terms, write: WriteRequest, asker: Asker) -> Appended:
    """Announce the first appraisal of a unit, which may then explain."""
    asker.require(terms.authority)
    now = await context.moment()
    command = AnnounceFirstAppraisal(terms, acting(asker, terms), instant(now))
    return await _carry_out(context, command, write, write.metadata(asker, terms.authority, now))


async def end_explanation_of(
    context: ServiceContext, terms: Terms, reason: str, write: WriteRequest, asker: Asker
) -> Appended:
    """End the time in which a unit may explain."""
    asker.require(terms.authority)
    seals, now = Seals(), await context.moment()
    command = EndExplanation(terms, acting(asker, terms), seals.commit(reason, "reason"), instant(now))
    return await _carry_out(context, command, write, write.metadata(asker, terms.authority, now, seals.all))


async def extend(
    context: ServiceContext, terms: Terms, body: StageExtensionIn, write: WriteRequest, asker: Asker
) -> Appended:
    """Give a stage of the appraisal of a unit more time."""
    asker.require(terms.authority)
    seals, now = Seals(), await context.moment()
    reason, stage = seals.commit(body.reason, "reason"), ValueStage(body.stage)
    command = ExtendAppraisal(terms, instant(body.until), reason, instant(now), stage)
    return await _carry_out(context, command, write, write.metadata(asker, terms.authority, now, seals.all))


async def close(context: ServiceContext, round_id: str, write: WriteRequest, asker: Asker) -> Appended:
    """Close a round whose units are all appraised."""
    opened = (await round_of(context.log, round_id)).opened
    asker.require(opened.authority)
    return await _close(
        context, round_id, write.metadata(asker, opened.authority, await context.moment()), write.if_match
    )


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    @router.post(APPRAISAL + "/findings", **WRITE)
    async def make_findings(
        round: RoundId, unit: UnitCode, body: Findings, write: IncomingWrite, asker: Finder
    ) -> Response:
        """Thẩm định một hoặc nhiều tiêu chí: ghi tất cả, hoặc chỉ ra mọi lỗi và không ghi gì."""
        terms = await terms_of(context.log, round, unit)
        return receipt(await make_findings_of(context, terms, body, write, asker), sheet_stream(round, unit))

    @router.post(APPRAISAL + "/completion", **WRITE)
    async def complete_appraisal(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: Finaliser) -> Response:
        """Hoàn thành thẩm định một đơn vị."""
        done = await complete(context, await terms_of(context.log, round, unit), write, asker)
        return receipt(done, sheet_stream(round, unit))

    @router.post(APPRAISAL + "/extension", **WRITE)
    async def extend_appraisal(
        round: RoundId,
        unit: UnitCode,
        body: StageExtensionIn,
        write: IncomingWrite,
        asker: Office,
    ) -> Response:
        """Gia hạn thẩm định một đơn vị, có lý do."""
        done = await extend(context, await terms_of(context.log, round, unit), body, write, asker)
        return receipt(done, sheet_stream(round, unit))

    @router.post("/v1/rounds/{round}/closing", **WRITE)
    async def close_round(round: RoundId, write: IncomingWrite, asker: Finaliser) -> Response:
        """Đóng đợt, khi mọi đơn vị đã thẩm định xong."""
        return receipt(await close(context, round, write, asker), round_stream(round))

    @router.post("/v1/rounds/{round}/reopening", **WRITE)
    async def reopen_round(round: RoundId, body: ReopeningIn, write: IncomingWrite, asker: Finaliser) -> Response:
        """Mở lại một đợt đã đóng để sửa kết quả của một số đơn vị, có lý do."""
        found, seals, stream = await round_of(context.log, round), Seals(), round_stream(round)
        asker.require(found.opened.authority)
        now, until = await context.moment(), instant(body.appraisal_until) if body.appraisal_until else ""
        command = ReopenRound(round, tuple(body.units), seals.commit(body.reason, "reason"), instant(now), until)
        metadata = write.metadata(asker, found.opened.authority, now, seals.all)
        return receipt(await execute(context.log, stream, round_closing, command, metadata, write.if_match), stream)

    @router.get("/v1/rounds/{round}", responses=EDITABLE)
    async def read_round(round: RoundId, asker: Onlooker, until: AsOf, response: Response) -> RoundOut:
        """Một đợt và tiến độ của các đơn vị mà người hỏi được xem; hiện nay hoặc ở một thời điểm."""
        found = await round_of(context.log, round, until)
        _check_belongs(asker, found.opened.authority)
        if until.past:
            seen = [unit.code for block in found.opened.blocks for unit in _visible(block, asker, found)]
            progress = await progress_at(context.log, found, seen, until)
        else:
            progress = await progress_of(context.engine, round)
            response.headers["ETag"] = etag(found.version)
        return shown_round(found, progress, lambda block: _visible(block, asker, found))

    join_routes(router, _of_list(context))
    join_routes(router, _of_stages(context))
    join_routes(router, erasing.routes(context))
    return router


def _of_list(context: ServiceContext) -> APIRouter:
    """Build the route of the list of those who appraise."""
    router = APIRouter(responses=problems(401, 403, 404, 422))

    @router.get("/v1/rounds/{round}/appraisal")
    async def list_items(
        round: RoundId, asker: Lister, wanted: Filter, since: Since = 0, at: At = 0, limit: Limit = 100
    ) -> ItemsOut:
        """Các mục thẩm định của người hỏi trong một đợt: chưa, đã, có thay đổi từ lần xem trước; lọc như trên trang.

        The items that the asker may appraise, filtered as on the page. An item has changed where something was said of
        it since the asker saw it; with `since`, after that position of the log.
        """
        head = await context.log.head()  # before the items, so that a later entry is after it
        work = await worklist_of(context, asker.principal, round)
        require_official(asker, work.found.opened)
        return _shown_items(work.since(since), wanted, at, limit, head)

    return router


def _shown_items(work: Worklist, wanted: ListFilter, at: int, limit: int, position: int) -> ItemsOut:
    """Return a part of a filtered list as an answer."""
    listed = work.wanted(wanted)
    items = [
        ItemOut(
            unit=item.unit.terms.unit,
            name=item.unit.name,
            criterion=item.criterion,
            state=item.state,
            mine=item.mine,
            changed=item.changed,
            claimed=item.progress.claimed,
            explained=item.progress.explained,
            found=item.progress.found,
            seen=item.seen,
        )
        for item in listed[at : at + limit]
    ]
    return ItemsOut(round=work.found.opened.round, total=len(listed), position=position, items=items)


def _of_stages(context: ServiceContext) -> APIRouter:
    """Build the routes by which a unit's appraisal goes from one stage to the next, and those of the council."""
    router = APIRouter()

    @router.post(APPRAISAL + "/decisions", **WRITE)
    async def decide_in_council(
        round: RoundId, unit: UnitCode, body: Findings, write: IncomingWrite, asker: Council
    ) -> Response:
        """Hội đồng quyết định một hoặc nhiều tiêu chí, sau lần thẩm định cuối: ghi tất cả, hoặc không ghi gì."""
        terms = await terms_of(context.log, round, unit)
        asker.require(terms.authority)
        done = await make_findings_of(context, terms, body, write, asker, council=True)
        return receipt(done, sheet_stream(round, unit))

    @router.post(APPRAISAL + "/announcement", **WRITE)
    async def announce_first_appraisal(
        round: RoundId, unit: UnitCode, write: IncomingWrite, asker: Finaliser
    ) -> Response:
        """Thông báo kết quả thẩm định lần 1 cho đơn vị, để đơn vị giải trình những tiêu chí bị điều chỉnh."""
        done = await announce_first(context, await terms_of(context.log, round, unit), write, asker)
        return receipt(done, sheet_stream(round, unit))

    @router.post("/v1/rounds/{round}/units/{unit}/explanation/ending", **WRITE)
    async def end_explanation(
        round: RoundId, unit: UnitCode, body: EndingIn, write: IncomingWrite, asker: Office
    ) -> Response:
        """Kết thúc việc giải trình khi đơn vị không nộp, có lý do; kết quả thẩm định lần 1 giữ nguyên."""
        terms = await terms_of(context.log, round, unit)
        done = await end_explanation_of(context, terms, body.reason, write, asker)
        return receipt(done, sheet_stream(round, unit))

    return router


async def _proposed(
    context: ServiceContext, stream: str, body: Sequence[FindingIn]
) -> tuple[tuple[ProposedFinding, ...], Seals]:
    """Return the findings of a body with their texts sealed; a text that a finding has already keeps its commitment."""
    found = (await load(context.log, stream, appraising)).state.findings
    seals = Seals(await verified_texts(context.log, [each.comment for each in found.values() if each.comment]))
    findings = [one.to_record(seals, f"/{index}", found.get(one.criterion)) for index, one in enumerate(body)]
    return tuple(findings), seals


async def _carry_out(context: ServiceContext, command: Appraising, write: WriteRequest, metadata: Metadata) -> Appended:
    stream = sheet_stream(command.terms.round, command.terms.unit)
    return await execute(context.log, stream, appraising, command, metadata, write.if_match)


async def _close(context: ServiceContext, round_id: str, metadata: Metadata, seen: int | None) -> Appended:
    """Close the round by sheets that were read after it, if its stream has not moved since.

    No lock over all sheets is needed: a complete sheet stays complete until the round is reopened for its unit, and a
    reopening moves the round's stream. So such a closing is right, also when sheets change meanwhile.
    """
    stream = round_stream(round_id)

    async def attempt() -> Appended:
        found = await round_of(context.log, round_id)
        command = CloseRound(round_id, await completions_of(context.log, found.opened))
        return await execute(
            context.log, stream, round_closing, command, metadata, found.version if seen is None else seen
        )

    return await (attempt() if seen is not None else context.log.queue.take(stream, attempt))


def _check_belongs(asker: Asker, authority: str) -> None:
    """A role in the authority, at any unit of it, is enough to learn that the round exists."""
    below = [right for right in asker.principal.rights if right.role in asker.rule.roles]
    if not asker.may(authority) and not any(covers(authority, right.node) for right in below):
        raise ForbiddenError


def _visible(block: Block, asker: Asker, found: FoundRound) -> Sequence[RoundUnit]:
    """An appraiser of any criterion sees every unit; other askers see the units at which they have a right."""
    if any(asker.principal.may(Role.APPRAISER, entry.appraiser) for entry in found.opened.appraisers):
        return block.units
    return asker.visible(block.units, lambda unit: unit.code)
