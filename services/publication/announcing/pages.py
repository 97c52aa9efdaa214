"""HTTP in: what a citizen reads. Every link is relative, so the pages work under any address that a gateway gives."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from parindex.auth import public
from parindex.service import World
from publication.announcing import answers, display, wording
from publication.announcing.decisions import EditionUnknownError
from publication.announcing.explanation import explained, find_unit
from publication.announcing.queries import Announced, announced, announced_rounds

Wanted = Annotated[int | None, Query()]
ASSETS = {"site.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
HOME, ROUND, UNIT = "", "../", "../../../"
"""The way from each page to the root of the service."""


def routes(world: World) -> APIRouter:
    """The pages. They are for people, so the description for programs leaves them out."""
    router = APIRouter(dependencies=[public], include_in_schema=False)

    @router.get("/")
    async def home_page(request: Request) -> Response:
        rounds = await announced_rounds(world.engine)
        return answers.page(request, _render("rounds.html", HOME, rounds=rounds))

    @router.get("/rounds/{round}")
    async def round_page(request: Request, round: str, edition: Wanted = None) -> Response:
        try:
            found = await announced(world.log, round, edition)
        except EditionUnknownError:
            return _nothing(request, ROUND)
        return answers.page(request, _round(found))

    @router.get("/rounds/{round}/units/{unit}")
    async def unit_page(request: Request, round: str, unit: str, edition: Wanted = None) -> Response:
        try:
            html = _unit(await announced(world.log, round, edition), unit)
        except EditionUnknownError:
            html = ""
        return answers.page(request, html) if html else _nothing(request, UNIT)

    @router.get("/assets/{name}")
    async def page_asset(request: Request, name: str) -> Response:
        if name not in ASSETS:
            return _nothing(request, ROUND)
        return answers.asset(request, _asset(name), ASSETS[name])

    return router


def _round(found: Announced) -> str:
    return _render(
        "round.html",
        ROUND,
        found=found,
        snapshot=found.snapshot,
        blocks=display.blocks(found),
        editions=display.editions(found),
        changed=display.changed(found),
    )


def _unit(found: Announced, code: str) -> str:
    """The page of a unit, or "" where the round has no such unit."""
    place = find_unit(found.snapshot, code)
    if place is None:
        return ""
    block, unit = place
    sets = {one.criteria_set.code: one.criteria_set for one in found.snapshot.criteria_sets}
    view = next(one for one in display.blocks(found) if one.code == block.code)
    row = next(one for one in view.rows if one.code == code)
    lines = explained(unit, sets[block.criteria_set])
    return _render("unit.html", UNIT, found=found, snapshot=found.snapshot, block=view, row=row, unit=unit, lines=lines)


def _nothing(request: Request, root: str) -> Response:
    return answers.page(request, _render("nothing.html", root), 404)


def _render(template: str, root: str, **what: object) -> str:
    return _environment().get_template(template).render(root=root, version=_version(), **what)


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
