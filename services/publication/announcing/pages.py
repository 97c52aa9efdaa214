"""HTTP endpoints of the pages for citizens. Links are relative, so the pages work under any address of a gateway."""

import hashlib
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from parindex.auth.fastapi import public
from parindex.contracts.unknown import UnitUnknownError
from parindex.http.fields import Whole
from parindex.http.routes import join_routes
from parindex.service import ServiceContext
from parindex.web import vietnamese
from parindex.web.answering import cached_page
from parindex.web.assets import asset_routes
from parindex.web.problem_pages import ProblemPages
from parindex.web.rendering import Templates
from publication.announcing import display, wording
from publication.announcing.answers import Renderings
from publication.announcing.bodies import result_csv, result_json
from publication.announcing.explanation import explained, find_unit
from publication.announcing.queries import AnnouncedEdition, announced, announced_rounds

Wanted = Annotated[Whole | None, Query()]
STEP: Final = "publication.announcing"
HOME, ROUND, UNIT = "", "../", "../../../"
"""The way from each page to the root of the service."""
TEMPLATES: Final = Templates(
    STEP, {"comma": vietnamese.comma, "day": vietnamese.day, "minute": vietnamese.minute}, "base.html"
)
problem_page: Final = ProblemPages(TEMPLATES, "problem.html")


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(dependencies=[public, Depends(added_by_sharing)], include_in_schema=False)
    renderings = Renderings()

    @router.get("/")
    async def home_page(request: Request) -> Response:
        rounds = await announced_rounds(context.log, context.engine)
        return cached_page(request, TEMPLATES.render("rounds.html", HOME, rounds=rounds))

    @router.get("/rounds/{round}")
    async def round_page(request: Request, round: str, edition: Wanted = None) -> Response:
        found = await announced(context.log, round, edition)
        return cached_page(request, renderings.of(("round", *found.key), lambda: _round(found.read())))

    @router.get("/rounds/{round}/units/{unit}")
    async def unit_page(request: Request, round: str, unit: str, edition: Wanted = None) -> Response:
        found = await announced(context.log, round, edition)
        return cached_page(request, renderings.of((unit, *found.key), lambda: _unit(found.read(), unit)))

    join_routes(router, asset_routes(STEP))
    return router


def added_by_sharing(  # noqa: PLR0913, PLR0917  # one for each name
    fbclid: str = "",
    gclid: str = "",
    zarsrc: str = "",
    utm_source: str = "",
    utm_medium: str = "",
    utm_campaign: str = "",
    utm_content: str = "",
    utm_term: str = "",
) -> None:
    """Take what Facebook, Google, Zalo and newsletters add to an address that people share: it means nothing here."""


def _round(found: AnnouncedEdition) -> bytes:
    number, checksum = found.edition.number, found.edition.checksum
    files = [write(found.snapshot, number, checksum) for write in (result_json, result_csv)]
    return TEMPLATES.render(
        "round.html",
        ROUND,
        found=found,
        snapshot=found.snapshot,
        blocks=display.blocks(found),
        editions=display.editions(found),
        changed=display.changed(found),
        alike=display.same_names(found.snapshot),
        presses=wording.presses(found.snapshot.presses),
        checksums=[hashlib.sha256(file).hexdigest() for file in files],
    )


def _unit(found: AnnouncedEdition, code: str) -> bytes:
    """The page of a unit; raise UnitUnknownError."""
    place = find_unit(found.snapshot, code)
    if place is None:
        raise UnitUnknownError(code, found.snapshot.round)
    block, unit = place
    sets = {one.criteria_set.code: one.criteria_set for one in found.snapshot.criteria_sets}
    view = next(one for one in display.blocks(found) if one.code == block.code)
    row = next(one for one in view.rows if one.code == code)
    lines = explained(unit, sets[block.criteria_set], block.units)
    return TEMPLATES.render(
        "unit.html", UNIT, found=found, snapshot=found.snapshot, block=view, row=row, unit=unit, lines=lines
    )
