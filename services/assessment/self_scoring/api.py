"""HTTP endpoints of the unit (claim, submit, withdraw) and of the office (extend the time of one unit)."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from assessment.opening.queries import terms_of
from assessment.self_scoring import reading
from assessment.self_scoring.bodies import ClaimIn, ExtensionIn, ListedClaimIn
from assessment.self_scoring.commands import (
    EnterClaims,
    ExtendSelfScoring,
    SelfScoring,
    SubmitSelfScore,
    WithdrawSelfScore,
)
from assessment.self_scoring.decisions import self_scoring
from assessment.self_scoring.events import stream_of
from assessment.self_scoring.queries import claims_of, known_texts
from assessment.self_scoring.sealing import Seals
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Metadata
from parindex.eventstore.command_handling import execute
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.routes import join_routes
from parindex.http.write_endpoints import WRITE, IncomingWrite, receipt
from parindex.instant import instant
from parindex.service import ServiceContext

UNIT = "/v1/rounds/{round}/units/{unit}"

OwnUnit = Annotated[Asker, allow(Role.UNIT, at="unit")]
Office = Annotated[Asker, allow(Role.OFFICE)]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    async def carry_out(command: SelfScoring, metadata: Metadata, seen: int | None) -> Response:
        stream = stream_of(command.terms.round, command.terms.unit)
        return receipt(await execute(context.log, stream, self_scoring, command, metadata, seen), stream)

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
        terms, now = await terms_of(context.log, round, unit), context.now()
        before = await claims_of(context.log, terms, [criterion])
        seals = Seals(await known_texts(context.log, before.values()))
        command = EnterClaims(terms, (body.to_record(criterion, seals, before=before.get(criterion)),), instant(now))
        return await carry_out(command, write.metadata(asker, terms.authority, now, seals.all), write.if_match)

    @router.put(UNIT + "/claims", **WRITE)
    async def enter_claims(
        round: RoundId, unit: UnitCode, body: Annotated[list[ListedClaimIn], Body(max_length=2_000)],
        write: IncomingWrite, asker: OwnUnit,
    ) -> Response:  # fmt: skip
        """Tự chấm nhiều tiêu chí một lần: ghi tất cả, hoặc chỉ ra mọi dòng lỗi và không ghi gì."""
        terms, now = await terms_of(context.log, round, unit), context.now()
        before = await claims_of(context.log, terms, [claim.criterion for claim in body])
        seals = Seals(await known_texts(context.log, before.values()))
        claims = tuple(
            claim.to_record(claim.criterion, seals, f"/{index}", before.get(claim.criterion))
            for index, claim in enumerate(body)
        )
        command = EnterClaims(terms, claims, instant(now))
        return await carry_out(command, write.metadata(asker, terms.authority, now, seals.all), write.if_match)

    @router.post(UNIT + "/self-score/submission", **WRITE)
    async def submit_self_score(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnUnit) -> Response:
        """Nộp bản tự chấm."""
        terms, now = await terms_of(context.log, round, unit), context.now()
        metadata = write.metadata(asker, terms.authority, now)
        return await carry_out(SubmitSelfScore(terms, instant(now)), metadata, write.if_match)

    @router.post(UNIT + "/self-score/withdrawal", **WRITE)
    async def withdraw_self_score(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: OwnUnit) -> Response:
        """Rút bản tự chấm để sửa, khi chưa ai thẩm định."""
        terms, now = await terms_of(context.log, round, unit), context.now()
        metadata = write.metadata(asker, terms.authority, now)
        return await carry_out(WithdrawSelfScore(terms, instant(now)), metadata, write.if_match)

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
        return await carry_out(command, write.metadata(asker, terms.authority, now, seals.all), write.if_match)

    join_routes(router, reading.routes(context))
    return router
