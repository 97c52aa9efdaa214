"""The HTTP API of indices, for units, the office and auditors."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.contracts.formula import FORMULA
from parindex.contracts.unknown import RoundUnknownError
from parindex.http.path_fields import RoundId, UnitCode
from parindex.http.problems import problems
from parindex.service import ServiceContext
from scoring.computing.bodies import ExplainedOut, IndexOut, IndicesOut
from scoring.computing.queries import explained_index, known_round, unit_indices_of

OFFICIALS = (Role.OFFICE, Role.COUNCIL, Role.AUDITOR)
OF_UNIT = (Role.UNIT, Role.LEADER)


def routes(context: ServiceContext) -> APIRouter:
    router = APIRouter(responses=problems(401, 403, 404, 422))

    @router.get("/v1/rounds/{round}/indices")
    async def list_indices(
        round: RoundId, asker: Annotated[Asker, allow(*OFFICIALS, *OF_UNIT, reads="indices")]
    ) -> IndicesOut:
        """Chỉ số của các đơn vị trong đợt: đơn vị chỉ thấy của mình."""
        known = await known_round(context.engine, round)
        seen = asker.visible(await unit_indices_of(context.engine, known), lambda row: row.unit)
        if not seen and not asker.may(known.authority):
            raise RoundUnknownError(round)
        return IndicesOut(round=round, training=known.training, indices=[IndexOut(**asdict(row)) for row in seen])

    @router.get("/v1/rounds/{round}/units/{unit}/index")
    async def read_index(
        round: RoundId,
        unit: UnitCode,
        asker: Annotated[Asker, allow(*OFFICIALS, *OF_UNIT, at="unit", reads="index")],  # noqa: ARG001  # the rule is the check
    ) -> ExplainedOut:
        """Chỉ số của một đơn vị: từng tiêu chí được bao nhiêu điểm, mất bao nhiêu, căn cứ dữ kiện nào."""
        found = await explained_index(context.engine, round, unit)
        return ExplainedOut.model_validate({**asdict(found), "formula": FORMULA})

    return router
