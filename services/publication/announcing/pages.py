"""HTTP endpoints of the pages for citizens. Links are relative, so the pages work under any address of a gateway."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from parindex.auth.fastapi import public
from parindex.contracts.unknown import UnitUnknownError
from parindex.http.fields import Whole
from parindex.http.heads import listed
from parindex.http.problems import Problem
from parindex.service import ServiceContext
from publication.announcing import answers, display, wording
from publication.announcing.answers import Renderings
from publication.announcing.bodies import result_csv, result_json
from publication.announcing.explanation import explained, find_unit
from publication.announcing.queries import AnnouncedEdition, announced, announced_rounds

Wanted = Annotated[Whole | None, Query()]
ASSETS = {"site.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
HOME, ROUND, UNIT = "", "../", "../../../"
"""The way from each page to the root of the service."""
MACHINES = ("/v1/", "/health/", "/metrics", "/docs", "/openapi.json", "/problems/")
"""Addresses that programs ask."""


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(dependencies=[public, Depends(added_by_sharing)], include_in_schema=False)
    renderings = Renderings()

    @router.get("/")
    async def home_page(request: Request) -> Response:
        rounds = await announced_rounds(context.log, context.engine)
        return answers.page(request, _render("rounds.html", HOME, rounds=rounds))

    @router.get("/rounds/{round}")
    async def round_page(request: Request, round: str, edition: Wanted = None) -> Response:
        found = await announced(context.log, round, edition)
        return answers.page(request, renderings.of(("round", *found.key), lambda: _round(found.read())))

    @router.get("/rounds/{round}/units/{unit}")
    async def unit_page(request: Request, round: str, unit: str, edition: Wanted = None) -> Response:
        found = await announced(context.log, round, edition)
        return answers.page(request, renderings.of((unit, *found.key), lambda: _unit(found.read(), unit)))

    @router.get("/assets/{name}")
    async def page_asset(request: Request, name: str, v: str = "") -> Response:  # noqa: ARG001  # only for browsers
        if name not in ASSETS:
            raise HTTPException(404)
        return answers.asset(request, _asset(name), ASSETS[name])

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


def problem_page(request: Request, problem: Problem) -> Response | None:
    """Return the page that shows a refusal to a person; None for a program, which gets the problem document.

    Programs ask below MACHINES, or say that they rather take JSON.
    """
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    if path.startswith(MACHINES) or not answers.for_people(listed(request.headers, "Accept") or "*/*"):
        return None
    root = "../" * max(path.count("/") - 1, 0)
    return answers.page(request, _render("problem.html", root, problem=problem), problem.status)


def _round(found: AnnouncedEdition) -> bytes:
    number, checksum = found.edition.number, found.edition.checksum
    files = [write(found.snapshot, number, checksum) for write in (result_json, result_csv)]
    return _render(
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
    lines = explained(unit, sets[block.criteria_set])
    return _render("unit.html", UNIT, found=found, snapshot=found.snapshot, block=view, row=row, unit=unit, lines=lines)


def _render(template: str, root: str, **what: object) -> bytes:
    return _environment().get_template(template).render(root=root, version=_version(), **what).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("publication.announcing"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(comma=wording.comma, day=wording.day, minute=wording.minute)
    return environment


@cache
def _asset(name: str) -> bytes:
    return files("publication.announcing").joinpath("static", name).read_bytes()


@cache
def _version() -> str:
    """Changes with the style sheet, so that browsers may keep that for ever."""
    return hashlib.sha256(_asset("site.css")).hexdigest()[:12]
