"""HTTP endpoints of a unit that explains what the first appraisal corrected, and of its leader."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Response

from assessment.explaining.bodies import ExplanationIn, Explanations
from assessment.explaining.commands import ExplainCuts, Explaining, SubmitExplanation
from assessment.explaining.decisions import explaining
from assessment.opening.queries import terms_of
from assessment.opening.terms import Terms
from assessment.reporting.refusals import SeenVersionMissingError
from assessment.self_scoring.events import stream_of
from assessment.self_scoring.queries import files_sent_by
from assessment.self_scoring.reading import claimable_terms, claims_for
from assessment.self_scoring.texts import commitments_in, verified_texts
from parindex.auth import Asker, ForbiddenError, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Appended
from parindex.eventstore.command_handling import execute, load
from parindex.eventstore.sealing import Seals
from parindex.http.path_fields import RoundId, UnitCode
from parindex.http.write_endpoints import WRITE, IncomingWrite, WriteRequest, receipt
from parindex.instant import instant
from parindex.service import ServiceContext

UNIT = "/v1/rounds/{round}/units/{unit}"

Claimant = Annotated[Asker, allow(Role.UNIT)]
"""Who acts for the unit, or for an agency that claims some of its criteria; `claimable_terms` checks it."""
Submitter = Annotated[Asker, allow(Role.UNIT, Role.LEADER, at="unit")]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    @router.put(UNIT + "/explanations", **WRITE)
    async def explain_cuts(
        round: RoundId, unit: UnitCode, body: Explanations, write: IncomingWrite, asker: Claimant
    ) -> Response:
        """Giải trình những tiêu chí bị thẩm định lần 1 điều chỉnh: ghi tất cả, hoặc chỉ ra mọi lỗi và không ghi gì.

        Tiêu chí do cơ quan khác tự chấm thì cơ quan đó giải trình. An agency that claims in place of the unit explains
        its criteria.
        """
        terms = await claimable_terms(context.log, asker, round, unit)
        listed = {f"/{index}": each for index, each in enumerate(body)}
        return receipt(await explain(context, terms, listed, write, asker), stream_of(round, unit))

    @router.post(UNIT + "/explanation/submission", **WRITE)
    async def submit_explanation(round: RoundId, unit: UnitCode, write: IncomingWrite, asker: Submitter) -> Response:
        """Nộp bản giải trình; không giải trình tiêu chí nào: đơn vị thống nhất với kết quả thẩm định lần 1.

        Đợt cần lãnh đạo duyệt: lãnh đạo nộp, và bắt buộc nêu phiên bản (ETag) đã xem trong `If-Match`.
        """
        terms = await terms_of(context.log, round, unit)
        return receipt(await submit(context, terms, write, asker), stream_of(round, unit))

    return router


async def explain(
    context: ServiceContext, terms: Terms, body: Mapping[str, ExplanationIn], write: WriteRequest, asker: Asker
) -> Appended:
    """Enter some explanations, by their places in the body, in one append: all of them, or none."""
    stream, now = stream_of(terms.round, terms.unit), await context.moment()
    before = (await load(context.log, stream, explaining)).state.explanations
    named = [before[each.criterion] for each in body.values() if each.criterion in before]
    seals = Seals(await verified_texts(context.log, [one for each in named for one in commitments_in(each)]))
    explanations = tuple(
        each.to_record(each.criterion, seals, pointer, before.get(each.criterion)) for pointer, each in body.items()
    )
    sent = await files_sent_by(context.log, terms, agencies := claims_for(asker, terms))
    command = ExplainCuts(terms, explanations, instant(now), agencies, sent)
    metadata = write.metadata(asker, terms.authority, now, seals.all)
    return await execute(context.log, stream, explaining, command, metadata, write.if_match)


async def submit(context: ServiceContext, terms: Terms, write: WriteRequest, asker: Asker) -> Appended:
    """Submit a unit's explanation: the leader does where the round has approval, else a person with the role unit.

    Raises ForbiddenError, and SeenVersionMissingError where a leader approves without saying what.
    """
    now, leader = await context.moment(), asker.principal.may(Role.LEADER, terms.unit)
    if not terms.approval and not asker.principal.may(Role.UNIT, terms.unit):
        raise ForbiddenError({Role.UNIT})
    if terms.approval and leader and write.if_match is None:
        raise SeenVersionMissingError
    command: Explaining = SubmitExplanation(terms, leader, instant(now))
    metadata = write.metadata(asker, terms.authority, now)
    stream = stream_of(terms.round, terms.unit)
    return await execute(context.log, stream, explaining, command, metadata, write.if_match)
