"""HTTP endpoints of the progress of a round, and of one criterion over all its units."""

from typing import Annotated

from fastapi import APIRouter

from assessment.watching.bodies import ComparisonOut, RoundProgressOut, progress_out, shown_comparison
from assessment.watching.comparison import comparison_of
from assessment.watching.queries import watched_round
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.http.path_fields import CriterionCode, RoundId
from parindex.http.problems import problems
from parindex.service import ServiceContext

COMPARISON = "/rounds/{round}/criteria/{criterion}/units"
OFFICIALS = (Role.APPRAISER, Role.COUNCIL, Role.OFFICE)


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter(responses=problems(401, 403, 404, 422))

    @router.get(f"/v1{COMPARISON}")
    async def compare_criterion(
        round: RoundId, criterion: CriterionCode, asker: Annotated[Asker, allow(*OFFICIALS, reads="self-score")]
    ) -> ComparisonOut:
        """Một tiêu chí ở mọi đơn vị đã nộp mà người hỏi được thẩm định, cạnh nhau: số liệu và điểm qua các bước.

        One criterion of all units that have submitted and that the asker may appraise, with the value of each stage.
        """
        return shown_comparison(await comparison_of(context, asker, round, criterion))

    @router.get("/v1/rounds/{round}/progress")
    async def read_round_progress(
        round: RoundId, asker: Annotated[Asker, allow(Role.OFFICE, Role.COUNCIL)]
    ) -> RoundProgressOut:
        """Tiến độ của từng đơn vị và từng cơ quan thẩm định, đơn vị quá hạn đứng trước. The progress of a round."""
        return progress_out(await watched_round(context, asker, round))

    return router
