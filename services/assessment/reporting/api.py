"""HTTP endpoints of the unit (difficulties, send, recall, submit, withdraw) and of its leader (approve, return)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response

from assessment.opening.queries import terms_of
from assessment.opening.terms import Terms
from assessment.reporting.bodies import DifficultiesIn, ReturnIn
from assessment.reporting.commands import (
    ApproveSelfScore,
    RecallFromLeader,
    Reporting,
    ReportPart,
    ReturnPart,
    ReturnSelfScore,
    SendToLeader,
    StateDifficulties,
    SubmitSelfScore,
    WithdrawSelfScore,
)
from assessment.reporting.decisions import reporting
from assessment.reporting.queries import difficulties_of
from assessment.reporting.refusals import SeenVersionMissingError
from assessment.self_scoring.events import stream_of
from assessment.self_scoring.reading import claimable_terms, claims_for
from parindex.auth import Asker, ForbiddenError, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Appended, Sealed
from parindex.eventstore.command_handling import execute
from parindex.eventstore.sealing import Seals
from parindex.http.fields import Node
from parindex.http.path_fields import RoundId, UnitCode
from parindex.http.routes import join_routes
from parindex.http.write_endpoints import WRITE, IncomingWrite, WriteRequest, receipt
from parindex.instant import instant
from parindex.service import ServiceContext

SELF_SCORE = "/v1/rounds/{round}/units/{unit}/self-score"

OwnUnit = Annotated[Asker, allow(Role.UNIT, at="unit")]
OwnLeader = Annotated[Asker, allow(Role.LEADER, at="unit")]
OfUnit = Annotated[Asker, allow(Role.UNIT, Role.LEADER, at="unit")]
Claimant = Annotated[Asker, allow(Role.UNIT)]
"""Who acts for an agency that claims some criteria of the unit; `report` checks it."""
AgencyCode = Annotated[Node, Path(description="Mã cơ quan tự chấm thay đơn vị. The code of the agency.")]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    @router.put(SELF_SCORE + "/difficulties", **WRITE)
    async def state_difficulties(
        round: RoundId, unit: UnitCode, body: DifficultiesIn, write: IncomingWrite, asker: OwnUnit
    ) -> Response:
        """Nêu khó khăn, vướng mắc và kiến nghị; nêu lại thì thay nội dung trước, để trống là không có."""
        terms = await terms_of(context.log, round, unit)
        return _receipt(terms, await state(context, terms, body, write, asker))

    @router.post(SELF_SCORE + "/sending", **WRITE)
    async def send_to_leader(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnUnit) -> Response:
        """Trình lãnh đạo đơn vị duyệt bản tự chấm, khi không còn thiếu nội dung nào."""
        terms, now = await terms_of(context.log, round, unit), await context.moment()
        return await _carry_out(context, SendToLeader(terms, instant(now)), write, asker, now)

    @router.post(SELF_SCORE + "/recall", **WRITE)
    async def recall_from_leader(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnUnit) -> Response:
        """Thu hồi bản tự chấm đã trình để sửa, khi lãnh đạo chưa duyệt."""
        terms, now = await terms_of(context.log, round, unit), await context.moment()
        return await _carry_out(context, RecallFromLeader(terms, instant(now)), write, asker, now)

    @router.post(SELF_SCORE + "/approval", **WRITE)
    async def approve_self_score(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnLeader) -> Response:
        """Duyệt bản tự chấm đúng như lãnh đạo đã xem: bắt buộc nêu phiên bản (ETag) của nó trong `If-Match`."""
        terms, now = await terms_of(context.log, round, unit), await context.moment()
        if write.if_match is None:
            raise SeenVersionMissingError
        return await _carry_out(context, ApproveSelfScore(terms, write.if_match, instant(now)), write, asker, now)

    @router.post(SELF_SCORE + "/return", **WRITE)
    async def return_self_score(
        round: RoundId, unit: UnitCode, body: ReturnIn, write: IncomingWrite, asker: OwnLeader
    ) -> Response:
        """Trả lại bản tự chấm để đơn vị sửa, có lý do."""
        terms, seals, now = await terms_of(context.log, round, unit), Seals(), await context.moment()
        command = ReturnSelfScore(terms, seals.commit(body.note, "note"), instant(now))
        return await _carry_out(context, command, write, asker, now, seals.all)

    @router.post(SELF_SCORE + "/submission", **WRITE)
    async def submit_self_score(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnUnit) -> Response:
        """Nộp bản tự chấm."""
        terms, now = await terms_of(context.log, round, unit), await context.moment()
        return await _carry_out(context, SubmitSelfScore(terms, instant(now)), write, asker, now)

    @router.post(SELF_SCORE + "/withdrawal", **WRITE)
    async def withdraw_self_score(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnUnit) -> Response:
        """Rút bản tự chấm để sửa, khi chưa ai thẩm định."""
        terms, now = await terms_of(context.log, round, unit), await context.moment()
        return await _carry_out(context, WithdrawSelfScore(terms, instant(now)), write, asker, now)

    join_routes(router, _of_parts(context))
    return router


def _of_parts(context: ServiceContext) -> APIRouter:
    """Build the routes of the parts that agencies claim in place of the unit."""
    router = APIRouter()

    @router.post(SELF_SCORE + "/part-report", **WRITE)
    async def report_part(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: Claimant) -> Response:
        """Báo cáo phần mình tự chấm thay đơn vị, khi không còn thiếu nội dung nào; sau đó phần này không sửa được.

        Report the part that the asker's agency claims in place of the unit.
        """
        terms = await claimable_terms(context.log, asker, round, unit)
        return _receipt(terms, await report(context, terms, write, asker))

    @router.post(SELF_SCORE + "/parts/{claimant}/return", **WRITE)
    async def return_part(
        round: RoundId, unit: UnitCode, claimant: AgencyCode, body: ReturnIn, write: IncomingWrite, asker: OfUnit
    ) -> Response:
        """Trả lại phần tự chấm của một cơ quan để sửa, có lý do. Return an agency's part to be changed."""
        terms = await terms_of(context.log, round, unit)
        return _receipt(terms, await give_back(context, terms, claimant, body, write, asker))

    return router


async def state(
    context: ServiceContext, terms: Terms, body: DifficultiesIn, write: WriteRequest, asker: Asker
) -> Appended:
    """State the difficulties and proposals of a unit, as it writes them."""
    now, (before, known) = await context.moment(), await difficulties_of(context.log, terms)
    seals = Seals(known)
    command = StateDifficulties(terms, seals.commit(body.text, "difficulties", before), instant(now))
    return await carry_out(context, command, write, asker, now, seals.all)


async def report(context: ServiceContext, terms: Terms, write: WriteRequest, asker: Asker) -> Appended:
    """Report the part that the asker's agencies claim in place of the unit. Raises ForbiddenError for all others."""
    agencies, now = claims_for(asker, terms) - {terms.unit}, await context.moment()
    if not agencies:
        raise ForbiddenError({Role.UNIT})
    return await carry_out(context, ReportPart(terms, agencies, instant(now)), write, asker, now)


async def give_back(
    context: ServiceContext, terms: Terms, claimant: str, body: ReturnIn, write: WriteRequest, asker: Asker
) -> Appended:
    """Return the part of an agency to be changed."""
    seals, now = Seals(), await context.moment()
    command = ReturnPart(terms, claimant, seals.commit(body.note, "note"), instant(now))
    return await carry_out(context, command, write, asker, now, seals.all)


async def carry_out(
    context: ServiceContext,
    command: Reporting,
    write: WriteRequest,
    asker: Asker,
    now: datetime,
    sealed: Sequence[Sealed] = (),
) -> Appended:
    """Execute a command on the unit's sheet, at the version that the write request names."""
    terms = command.terms
    stream, metadata = stream_of(terms.round, terms.unit), write.metadata(asker, terms.authority, now, sealed)
    return await execute(context.log, stream, reporting, command, metadata, write.if_match)


async def _carry_out(
    context: ServiceContext,
    command: Reporting,
    write: WriteRequest,
    asker: Asker,
    now: datetime,
    sealed: Sequence[Sealed] = (),
) -> Response:
    return _receipt(command.terms, await carry_out(context, command, write, asker, now, sealed))


def _receipt(terms: Terms, appended: Appended) -> Response:
    return receipt(appended, stream_of(terms.round, terms.unit))
