"""HTTP endpoints of the unit (claim, send, submit, withdraw), its leader (approve, return), and the office (extend)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Response

from assessment.opening.queries import terms_of
from assessment.opening.terms import Terms
from assessment.self_scoring import reading
from assessment.self_scoring.bodies import ClaimIn, DifficultiesIn, ExtensionIn, ListedClaimIn, ReturnIn
from assessment.self_scoring.commands import (
    ApproveSelfScore,
    EnterClaims,
    ExtendSelfScoring,
    RecallFromLeader,
    ReturnSelfScore,
    SelfScoring,
    SendToLeader,
    StateDifficulties,
    SubmitSelfScore,
    WithdrawSelfScore,
)
from assessment.self_scoring.decisions import self_scoring
from assessment.self_scoring.events import stream_of
from assessment.self_scoring.queries import claims_of, difficulties_of, known_texts
from assessment.self_scoring.refusals import SeenVersionMissingError
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Appended, Sealed
from parindex.eventstore.command_handling import execute
from parindex.eventstore.sealing import Seals
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.routes import join_routes
from parindex.http.write_endpoints import WRITE, IncomingWrite, WriteRequest, receipt
from parindex.instant import instant
from parindex.service import ServiceContext

UNIT = "/v1/rounds/{round}/units/{unit}"

OwnUnit = Annotated[Asker, allow(Role.UNIT, at="unit")]
OwnLeader = Annotated[Asker, allow(Role.LEADER, at="unit")]
Office = Annotated[Asker, allow(Role.OFFICE)]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    @router.put(UNIT + "/claims/{criterion}", **WRITE)
    async def enter_claim(
        round: RoundId,
        unit: UnitCode,
        criterion: CriterionCode,
        body: ClaimIn,
        write: IncomingWrite,
        asker: OwnUnit,
    ) -> Response:
        """Tự chấm một tiêu chí; khai lại thì thay nội dung trước."""
        terms = await terms_of(context.log, round, unit)
        return _receipt(terms, await claim(context, terms, criterion, body, write, asker))

    @router.put(UNIT + "/claims", **WRITE)
    async def enter_claims(
        round: RoundId, unit: UnitCode, body: Annotated[list[ListedClaimIn], Body(max_length=2_000)],
        write: IncomingWrite, asker: OwnUnit,
    ) -> Response:  # fmt: skip
        """Tự chấm nhiều tiêu chí một lần: ghi tất cả, hoặc chỉ ra mọi dòng lỗi và không ghi gì."""
        terms = await terms_of(context.log, round, unit)
        return _receipt(terms, await claim_all(context, terms, body, write, asker))

    @router.put(UNIT + "/self-score/difficulties", **WRITE)
    async def state_difficulties(
        round: RoundId, unit: UnitCode, body: DifficultiesIn, write: IncomingWrite, asker: OwnUnit
    ) -> Response:
        """Nêu khó khăn, vướng mắc và kiến nghị; nêu lại thì thay nội dung trước, để trống là không có."""
        terms = await terms_of(context.log, round, unit)
        return _receipt(terms, await state(context, terms, body, write, asker))

    @router.post(UNIT + "/self-score/extension", **WRITE)
    async def extend_self_scoring(
        round: RoundId,
        unit: UnitCode,
        body: ExtensionIn,
        write: IncomingWrite,
        asker: Office,
    ) -> Response:
        """Gia hạn tự chấm cho một đơn vị, có lý do."""
        terms, seals, now = await terms_of(context.log, round, unit), Seals(), context.now()
        asker.require(terms.authority)  # not at the unit: no unit lengthens its own time
        command = ExtendSelfScoring(terms, instant(body.until), seals.commit(body.reason, "reason"), instant(now))
        return await _carry_out(context, command, write, asker, now, seals.all)

    join_routes(router, _steps(context))
    join_routes(router, reading.routes(context))
    return router


def _steps(context: ServiceContext) -> APIRouter:
    """Build the routes by which a self-score goes from the unit to its leader and on to the appraisers."""
    router = APIRouter()

    @router.post(UNIT + "/self-score/sending", **WRITE)
    async def send_to_leader(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnUnit) -> Response:
        """Trình lãnh đạo đơn vị duyệt bản tự chấm, khi không còn thiếu nội dung nào."""
        terms, now = await terms_of(context.log, round, unit), context.now()
        return await _carry_out(context, SendToLeader(terms, instant(now)), write, asker, now)

    @router.post(UNIT + "/self-score/recall", **WRITE)
    async def recall_from_leader(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnUnit) -> Response:
        """Thu hồi bản tự chấm đã trình để sửa, khi lãnh đạo chưa duyệt."""
        terms, now = await terms_of(context.log, round, unit), context.now()
        return await _carry_out(context, RecallFromLeader(terms, instant(now)), write, asker, now)

    @router.post(UNIT + "/self-score/approval", **WRITE)
    async def approve_self_score(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnLeader) -> Response:
        """Duyệt bản tự chấm đúng như lãnh đạo đã xem: bắt buộc nêu phiên bản (ETag) của nó trong `If-Match`."""
        terms, now = await terms_of(context.log, round, unit), context.now()
        if write.if_match is None:
            raise SeenVersionMissingError
        return await _carry_out(context, ApproveSelfScore(terms, write.if_match, instant(now)), write, asker, now)

    @router.post(UNIT + "/self-score/return", **WRITE)
    async def return_self_score(
        round: RoundId, unit: UnitCode, body: ReturnIn, write: IncomingWrite, asker: OwnLeader
    ) -> Response:
        """Trả lại bản tự chấm để đơn vị sửa, có lý do."""
        terms, seals, now = await terms_of(context.log, round, unit), Seals(), context.now()
        command = ReturnSelfScore(terms, seals.commit(body.note, "note"), instant(now))
        return await _carry_out(context, command, write, asker, now, seals.all)

    @router.post(UNIT + "/self-score/submission", **WRITE)
    async def submit_self_score(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnUnit) -> Response:
        """Nộp bản tự chấm."""
        terms, now = await terms_of(context.log, round, unit), context.now()
        return await _carry_out(context, SubmitSelfScore(terms, instant(now)), write, asker, now)

    @router.post(UNIT + "/self-score/withdrawal", **WRITE)
    async def withdraw_self_score(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnUnit) -> Response:
        """Rút bản tự chấm để sửa, khi chưa ai thẩm định."""
        terms, now = await terms_of(context.log, round, unit), context.now()
        return await _carry_out(context, WithdrawSelfScore(terms, instant(now)), write, asker, now)

    return router


async def claim(
    context: ServiceContext, terms: Terms, criterion: str, body: ClaimIn, write: WriteRequest, asker: Asker
) -> Appended:
    """Enter the claim of one criterion, as its unit declares it."""
    now, before = context.now(), await claims_of(context.log, terms, [criterion])
    seals = Seals(await known_texts(context.log, before.values()))
    declared = body.to_record(criterion, seals, before=before.get(criterion))
    return await carry_out(context, EnterClaims(terms, (declared,), instant(now)), write, asker, now, seals.all)


async def claim_all(
    context: ServiceContext, terms: Terms, body: Sequence[ListedClaimIn], write: WriteRequest, asker: Asker
) -> Appended:
    """Enter the claims of some criteria in one append: all of them, or none."""
    now, before = context.now(), await claims_of(context.log, terms, [claim.criterion for claim in body])
    seals = Seals(await known_texts(context.log, before.values()))
    claims = tuple(
        claim.to_record(claim.criterion, seals, f"/{index}", before.get(claim.criterion))
        for index, claim in enumerate(body)
    )
    return await carry_out(context, EnterClaims(terms, claims, instant(now)), write, asker, now, seals.all)


async def state(
    context: ServiceContext, terms: Terms, body: DifficultiesIn, write: WriteRequest, asker: Asker
) -> Appended:
    """State the difficulties and proposals of a unit, as it writes them."""
    now, (before, known) = context.now(), await difficulties_of(context.log, terms)
    seals = Seals(known)
    command = StateDifficulties(terms, seals.commit(body.text, "difficulties", before), instant(now))
    return await carry_out(context, command, write, asker, now, seals.all)


async def carry_out(
    context: ServiceContext,
    command: SelfScoring,
    write: WriteRequest,
    asker: Asker,
    now: datetime,
    sealed: Sequence[Sealed] = (),
) -> Appended:
    """Execute a command on the unit's sheet, at the version that the write request names."""
    terms = command.terms
    stream, metadata = stream_of(terms.round, terms.unit), write.metadata(asker, terms.authority, now, sealed)
    return await execute(context.log, stream, self_scoring, command, metadata, write.if_match)


async def _carry_out(
    context: ServiceContext,
    command: SelfScoring,
    write: WriteRequest,
    asker: Asker,
    now: datetime,
    sealed: Sequence[Sealed] = (),
) -> Response:
    return _receipt(command.terms, await carry_out(context, command, write, asker, now, sealed))


def _receipt(terms: Terms, appended: Appended) -> Response:
    return receipt(appended, stream_of(terms.round, terms.unit))
