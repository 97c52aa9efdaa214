"""The page of a criterion's stages: the rule as printed, each stage, who, when and why, now or at another moment."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from assessment.opening.queries import UnitInRound
from assessment.retracing.api import CRITERION
from assessment.retracing.queries import Stages, stages_of
from assessment.self_scoring.display import history_lines
from assessment.self_scoring.reading import READERS, derivable_by, drafts_for, readable_part
from parindex.auth import Asker
from parindex.auth.fastapi import allow_page
from parindex.eventstore.moments import Until, moment_elsewhere
from parindex.http.as_of import Position
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.service import ServiceContext
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.moments import AskedMoment, asked_moment
from parindex.web.rendering import Templates, Visitor

TEMPLATES: Final = Templates("assessment.retracing")
ROOT: Final = "../../../../../../"
"""The way from the page to the root of the service."""


def routes(context: ServiceContext) -> APIRouter:
    """Build the route of the page. It is for people, so OpenAPI leaves it out."""
    router = APIRouter(include_in_schema=False)

    @router.get(CRITERION + "/stages")
    async def stages_page(
        round: RoundId, unit: UnitCode, criterion: CriterionCode,
        asker: Annotated[Asker, allow_page(*READERS, reads="self-score")],
        asked: Annotated[AskedMoment, Depends(asked_moment)], position: Position = 0,
    ) -> Response:  # fmt: skip
        of, until = await readable_part(context.log, asker, round, unit), Until(asked.at, position)
        found = await stages_of(context.log, of, criterion, until, drafts_for(asker, of.terms))
        then = await moment_elsewhere(context.log, until)
        return page(_page(of, found, asked, until, then, asker), 422 if asked.errors else 200)

    return router


def _page(of: UnitInRound, stages: Stages, asked: AskedMoment, until: Until, then: str, asker: Asker) -> bytes:
    return TEMPLATES.render(
        "stages.html",
        ROOT,
        Visitor(of.name, ROOT + SIGN_OUT, asker.subject, of.terms.note),
        leaf=stages.leaf,
        unit=of.name,
        unit_code=of.terms.unit,
        round=of.terms.round,
        summary=stages.said,
        history=history_lines(stages.found.history, stages.leaf),
        claimed=stages.leaf.code in of.terms.appraisers,
        derivable=derivable_by(asker, of.terms.unit),
        then=then,
        texts=asked.texts,
        errors=asked.errors,
        past=until.past,
    )
