"""Files that pages load: style sheets and pictures, the kit's own and those of steps.

An address holds the beginning of the file's SHA-256, so browsers may store the file forever: a changed file has another
address.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from parindex.auth.fastapi import public
from parindex.web.answering import FOREVER, PASSING, READ_ONLY, tagged

KIT: Final = "parindex.web"
FOLDER: Final = "static"
"""The folder of such files in the kit, and in each step that has its own."""
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class AssetTwiceError(RuntimeError):
    """Two packages have a file of one name. It is a programming error, and the app does not start."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. `version` is the beginning of the SHA-256 of its bytes, in hex."""

    body: bytes
    media_type: str
    version: str


@cache
def assets_of(*packages: str) -> Mapping[str, Asset]:
    """Return the kit's files and those of these packages, by name. Raises AssetTwiceError."""
    found: dict[str, Asset] = {}
    for package in (KIT, *packages):
        own = _files_of(package)
        if twice := found.keys() & own.keys():
            raise AssetTwiceError(f"{package}: {', '.join(sorted(twice))}")
        found |= own
    return found


def address_of(name: str, *packages: str) -> str:
    """Return the address of a file, relative to the root of the service. Raises KeyError."""
    return f"assets/{name}?v={assets_of(*packages)[name].version}"


def asset_routes(*packages: str) -> APIRouter:
    """Return the route of the kit's files and those of these packages. Each service with pages adds it once."""
    router = APIRouter(dependencies=[public], include_in_schema=False)
    found = assets_of(*packages)

    @router.get("/assets/{name}")
    async def page_asset(request: Request, name: str, v: str = "") -> Response:
        if name not in found:
            raise HTTPException(404)
        asset = found[name]
        # a page of an older program, from a cache, names an older version: it gets the present file, but not forever
        headers = {**READ_ONLY, "Cache-Control": FOREVER if v == asset.version else PASSING}
        return tagged(request, asset.body, asset.media_type, headers)

    return router


def _files_of(package: str) -> dict[str, Asset]:
    folder = files(package).joinpath(FOLDER)
    named = [each for each in folder.iterdir() if each.is_file()] if folder.is_dir() else []
    return {each.name: _asset(each.name, each.read_bytes()) for each in named}


def _asset(name: str, body: bytes) -> Asset:
    extension = name[name.rindex(".") :]
    return Asset(body, MEDIA_TYPES[extension], hashlib.sha256(body).hexdigest()[:12])
