"""The HTTP API of derivations: why a unit has its points for a criterion, at any moment."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.http.as_of import AsOf
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.problems import problems
from parindex.service import ServiceContext
from scoring.deriving.bodies import DerivationOut
from scoring.deriving.queries import derivation_of

READERS = (Role.UNIT, Role.LEADER, Role.APPRAISER, Role.COUNCIL, Role.OFFICE, Role.AUDITOR)
PATH = "/rounds/{round}/units/{unit}/criteria/{criterion}"


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter(responses=problems(401, 403, 404, 422))

    @router.get(f"/v1{PATH}/derivation")
    async def read_derivation(
        round: RoundId,
        unit: UnitCode,
        criterion: CriterionCode,
        until: AsOf,
        asker: Annotated[Asker, allow(*READERS, at="unit", reads="derivation")],  # noqa: ARG001  # the rule is the check
    ) -> DerivationOut:
        """Vì sao đơn vị được điểm này ở một tiêu chí, hiện nay hoặc ở một thời điểm.

        The rule in words, the figures, the arithmetic, the tallies, and the entries of the log that the points follow
        from, rebuilt from the log as of the moment. Before anything happened the answer says so.
        """
        found = await derivation_of(context, round, unit, criterion, until)
        return DerivationOut.model_validate({**asdict(found), "appraisal": f"/assessment/v1{found.stages}"})

    return router
