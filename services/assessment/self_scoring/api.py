"""HTTP endpoints of the unit (claim) and of the office (extend)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Response

from assessment.opening.queries import terms_of
from assessment.opening.terms import Terms
from assessment.self_scoring import reading
from assessment.self_scoring.bodies import ClaimIn, ExtensionIn, ListedClaimIn
from assessment.self_scoring.commands import EnterClaims, ExtendSelfScoring, SelfScoring
from assessment.self_scoring.decisions import self_scoring
from assessment.self_scoring.events import stream_of
from assessment.self_scoring.queries import claims_of, files_sent_by, known_texts
from assessment.self_scoring.reading import claimable_terms, claims_for
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

Claimant = Annotated[Asker, allow(Role.UNIT)]
"""Who acts for the unit, or for an agency that claims some of its criteria; `claimable_terms` checks it."""
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
        asker: Claimant,
    ) -> Response:
        """Tự chấm một tiêu chí; khai lại thì thay nội dung trước. Tiêu chí do cơ quan khác tự chấm thì từ chối.

        Claim one criterion, as the unit or as the agency that the round names to claim it in place of the unit.
        """
        terms = await claimable_terms(context.log, asker, round, unit)
        return _receipt(terms, await claim(context, terms, criterion, body, write, asker))

    @router.put(UNIT + "/claims", **WRITE)
    async def enter_claims(
        round: RoundId, unit: UnitCode, body: Annotated[list[ListedClaimIn], Body(max_length=2_000)],
        write: IncomingWrite, asker: Claimant,
    ) -> Response:  # fmt: skip
        """Tự chấm nhiều tiêu chí một lần: ghi tất cả, hoặc chỉ ra mọi dòng lỗi và không ghi gì."""
        terms = await claimable_terms(context.log, asker, round, unit)
        return _receipt(terms, await claim_all(context, terms, body, write, asker))

    @router.post(UNIT + "/self-score/extension", **WRITE)
    async def extend_self_scoring(
        round: RoundId,
        unit: UnitCode,
        body: ExtensionIn,
        write: IncomingWrite,
        asker: Office,
    ) -> Response:
        """Gia hạn tự chấm cho một đơn vị, có lý do."""
        terms = await terms_of(context.log, round, unit)
        return _receipt(terms, await extend(context, terms, body, write, asker))

    join_routes(router, reading.routes(context))
    return router


async def extend(
    context: ServiceContext, terms: Terms, body: ExtensionIn, write: WriteRequest, asker: Asker
) -> Appended:
    """Give a unit more time to self-score. Raises ForbiddenError and the refusals of `decide`."""
    asker.require(terms.authority)  # not at the unit: no unit lengthens its own time
    seals, now = Seals(), await context.moment()
    command = ExtendSelfScoring(terms, instant(body.until), seals.commit(body.reason, "reason"), instant(now))
    return await carry_out(context, command, write, asker, now, seals.all)


async def claim(
    context: ServiceContext, terms: Terms, criterion: str, body: ClaimIn, write: WriteRequest, asker: Asker
) -> Appended:
    """Enter the claim of one criterion, as its unit declares it, or the agency that does so in its place."""
    now, before = await context.moment(), await claims_of(context.log, terms, [criterion])
    seals = Seals(await known_texts(context.log, before.values()))
    declared = body.to_record(criterion, seals, before=before.get(criterion))
    sent = await files_sent_by(context.log, terms, agencies := claims_for(asker, terms))
    command = EnterClaims(terms, (declared,), instant(now), agencies, sent)
    return await carry_out(context, command, write, asker, now, seals.all)


async def claim_all(
    context: ServiceContext, terms: Terms, body: Sequence[ListedClaimIn], write: WriteRequest, asker: Asker
) -> Appended:
    """Enter the claims of some criteria in one append: all of them, or none."""
    now, before = await context.moment(), await claims_of(context.log, terms, [claim.criterion for claim in body])
    seals = Seals(await known_texts(context.log, before.values()))
    claims = tuple(
        claim.to_record(claim.criterion, seals, f"/{index}", before.get(claim.criterion))
        for index, claim in enumerate(body)
    )
    sent = await files_sent_by(context.log, terms, agencies := claims_for(asker, terms))
    command = EnterClaims(terms, claims, instant(now), agencies, sent)
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
