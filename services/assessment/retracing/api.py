"""The HTTP API of the stages of a criterion, at any moment."""

from typing import Annotated

from fastapi import APIRouter

from assessment.retracing.bodies import StagePartOut, StagesOut
from assessment.retracing.queries import stages_of
from assessment.retracing.wording import in_text
from assessment.self_scoring.reading import READERS, drafts_for, readable_part
from parindex.auth import Asker
from parindex.auth.fastapi import allow
from parindex.eventstore.moments import moment_elsewhere
from parindex.http.as_of import AsOf
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.problems import problems
from parindex.service import ServiceContext

CRITERION = "/rounds/{round}/units/{unit}/criteria/{criterion}"


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter(responses=problems(401, 403, 404, 422))

    @router.get(f"/v1{CRITERION}/stages")
    async def read_stages(
        round: RoundId,
        unit: UnitCode,
        criterion: CriterionCode,
        asker: Annotated[Asker, allow(*READERS, reads="self-score")],
        until: AsOf,
    ) -> StagesOut:
        """Các bước của một tiêu chí, ai ghi, lúc nào, vì sao, tài liệu nào; hiện nay hoặc ở một thời điểm.

        The rule as printed and the value of each stage, rebuilt from the log as of the moment.
        """
        of = await readable_part(context.log, asker, round, unit)
        stages = await stages_of(context.log, of, criterion, until, drafts_for(asker, of.terms))
        then = await moment_elsewhere(context.log, until)
        return StagesOut(
            round=round,
            unit=unit,
            unit_name=of.name,
            training=of.terms.training,
            criterion=criterion,
            name=stages.leaf.name,
            maximum=stages.leaf.maximum,
            rule_text=stages.leaf.rule_text,
            at=until.at,
            position=until.position,
            row=stages.found.row,
            history=stages.found.history,
            said=[StagePartOut(term=each.term, text=in_text(each.value)) for each in stages.said],
            derivation=f"/scoring/v1{CRITERION.format(round=round, unit=unit, criterion=criterion)}/derivation{then}",
        )

    return router
