"""The HTTP API of a round's settlement, for the office, the council and auditors."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.http.path_fields import RoundId
from parindex.http.problems import problems
from parindex.service import ServiceContext
from scoring.computing.queries import known_round
from scoring.settling.bodies import SettlementOut
from scoring.settling.queries import progress_of

OFFICIALS = (Role.OFFICE, Role.COUNCIL, Role.AUDITOR)


def routes(context: ServiceContext, parked: Callable[[], Awaitable[int]]) -> APIRouter:
    """Build the routes of this step; `parked` counts the contracts that the consumer could not apply."""
    router = APIRouter(responses=problems(401, 403, 404, 422))

    @router.get("/v1/rounds/{round}/settlement")
    async def read_settlement(
        round: RoundId, asker: Annotated[Asker, allow(*OFFICIALS, reads="settlement")]
    ) -> SettlementOut:
        """Đợt đã chốt điểm chưa, còn thiếu gì."""
        known = await known_round(context.engine, round)
        asker.require(known.authority)
        return SettlementOut.model_validate(asdict(await progress_of(context, known, await parked())))

    return router
