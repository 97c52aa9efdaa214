"""What every write route has in common: the caller's key, the version they saw, and the receipt they get.

    @router.post("/v1/rounds", **WRITE)
    async def open_round(
        body: RoundIn, door: AtDoor, asker: Annotated[Asker, allow(Role.OFFICE)]
    ) -> Response:
        asker.require(body.authority)
        act = door.act(asker, body.authority, world.now())
        done = await execute(world.log, stream, opening, body.command(), act, expected=door.if_match)
        return receipt(done, stream)

The receipt of a retry is the first one again, with `repeated` set.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import structlog
from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from parindex.auth import Asker
from parindex.auth.principal import ANONYMOUS
from parindex.eventstore.appending import Appended, Idempotency, Metadata, Sealed
from parindex.http.correlation import correlation_of
from parindex.http.problems import problems
from parindex.http.reading import canonical_of
from parindex.http.way_in import path_in
from parindex.instant import instant

logger = structlog.stdlib.get_logger(__name__)

VISIBLE = r"^[!-~]{1,200}$"
VERSION = r'^"(0|[1-9][0-9]{0,17})"$'

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=VISIBLE,
        description="Khóa do bên gọi tự đặt cho một yêu cầu: gửi lại cùng khóa và cùng nội dung thì không ghi lần hai. "
        "A key of your own for one request: sent again with the same body, nothing is written twice.",
    ),
]
Seen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        pattern=VERSION,
        description="Phiên bản (ETag) mà người gửi đã xem; nếu đã có người khác sửa thì bị từ chối (412). "
        "The version (ETag) that the sender saw; refused with 412 when somebody changed it since.",
    ),
]


@dataclass(frozen=True, slots=True)
class Door:
    """One request to write. `request_hash` is SHA-256 over method, path, query and body, each with its length.

    The body is hashed in one way, however its sender wrote it (decision 0021); `former_hash` is over its very bytes.
    """

    idempotency_key: str | None
    correlation: str
    if_match: int | None
    request_hash: bytes
    former_hash: bytes = b""

    def metadata(self, asker: Asker, authority: str, at: datetime, sealed: Sequence[Sealed] = ()) -> Metadata:
        """Say who does it, when, for which authority. A key counts for its sender alone, and each may use it freely."""
        idempotency = idempotency_of(asker, self.idempotency_key, self.request_hash, self.former_hash)
        actor = asker.subject or ANONYMOUS
        return Metadata(
            actor,
            instant(at),
            authority,
            self.correlation,
            idempotency=idempotency,
            sealed=tuple(sealed),
            via=asker.principal.via,
        )


def idempotency_of(asker: Asker, key: str | None, request_hash: bytes, former_hash: bytes = b"") -> Idempotency | None:
    """Make a sender's key one that nobody else can mean: a key holds no space, so the last one ends the name.

    Strangers have no name to keep their keys apart. A key of theirs counts for the very same request alone: it is a
    retry, or it is somebody else's key, and never a conflict.
    """
    if not key:
        return None
    scope = f"by {asker.subject}" if asker.subject else f"for {request_hash.hex()}"
    return Idempotency(f"{scope} {key}", request_hash, former_hash)


async def door(request: Request, idempotency_key: Key = None, if_match: Seen = None) -> Door:
    """Read what comes with a write. A malformed header is a 422 that names it."""
    raw = await request.body()
    return Door(
        idempotency_key=idempotency_key,
        correlation=correlation_of(request.scope),
        if_match=int(if_match.strip('"')) if if_match else None,
        request_hash=_hash(request, canonical_of(request.scope, raw)) if idempotency_key else b"",
        former_hash=_hash(request, raw) if idempotency_key else b"",
    )


AtDoor = Annotated[Door, Depends(door)]
"""What a write route takes: `door: AtDoor`."""


class Receipt(BaseModel):
    """Biên nhận: việc đã ghi vào sổ. What was written, durably, and where it stands in the log."""

    stream: str
    version: int = Field(description="of the stream after this; also the ETag")
    position: int = Field(description="the newest position of this in the log")
    first_position: int = Field(description="greater than last_position where nothing new had to be recorded")
    last_position: int
    facts: list[str] = Field(description="the names of the recorded facts")
    repeated: bool = Field(description="true: this had been done before, and was not done again")


_ETAG: Final[dict[str, Any]] = {
    "headers": {"ETag": {"description": "The stream's version, for `If-Match`", "schema": {"type": "string"}}}
}
EDITABLE: Final[dict[int | str, dict[str, Any]]] = {200: _ETAG, **problems(404)}
"""For the decorator of a read route that answers with the version of what it shows: `responses=EDITABLE`."""

WRITE: Final[dict[str, Any]] = {
    "status_code": 201,
    "response_model": Receipt,
    "responses": {
        201: _ETAG,
        **problems(404, 409, 412, 422, 429, 503),
    },
}
"""For the decorator of a write route, `**WRITE`; such a route returns `receipt(…)`."""


def receipt(appended: Appended, stream: str, status: int = 201) -> JSONResponse:
    """Answer a write: the receipt, and the stream's new version as ETag."""
    if not appended.repeated:
        logger.info("recorded", stream=stream, first=appended.first, last=appended.last)
    body = Receipt(
        stream=stream,
        version=appended.version,
        position=appended.last,
        first_position=appended.first,
        last_position=appended.last,
        facts=[type(fact).__name__ for fact in appended.facts],
        repeated=appended.repeated,
    )
    return JSONResponse(body.model_dump(), status, {"ETag": etag(appended.version)})


def etag(version: int) -> str:
    """A stream's version as a strong entity tag; what a GET of an editable thing answers with."""
    return f'"{version}"'


def _hash(request: Request, body: bytes) -> bytes:
    digest = hashlib.sha256()
    path = path_in(request.scope)  # the same wish by another gateway is the same wish
    for part in (request.method.encode(), path.encode(), request.url.query.encode(), body):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
