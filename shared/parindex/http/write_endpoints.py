"""Write endpoints: the idempotency key, the expected version (`If-Match`) and the receipt of every write route.

    @router.post("/v1/rounds", **WRITE)
    async def open_round(
        body: RoundIn, write: IncomingWrite, asker: Annotated[Asker, allow(Role.OFFICE)]
    ) -> Response:
        asker.require(body.authority)
        metadata = write.metadata(asker, body.authority, context.now())
        done = await execute(context.log, stream, opening, body.command(), metadata, expected=write.if_match)
        return receipt(done, stream)

A retry gets the first receipt again, with `repeated` set.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final

import structlog
from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic_core import to_jsonable_python

from parindex.auth import Asker
from parindex.auth.principal import ANONYMOUS
from parindex.eventstore.appending import Appended, Idempotency, Metadata, Sealed
from parindex.http.body import Receipt
from parindex.http.correlation import correlation_of
from parindex.http.problems import problems
from parindex.http.reading import canonical_of
from parindex.http.way_in import path_in
from parindex.instant import instant

logger = structlog.stdlib.get_logger(__name__)

VISIBLE = r"^[!-~]{1,200}$"
VERSION = r'^"(0|[1-9][0-9]{0,17})"$'

IdempotencyKey = Annotated[
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
        "The version (ETag) that the sender saw; refused with 412 if it has changed since.",
    ),
]


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One write request. `request_hash` is SHA-256 over method, path, query and body, each with its length.

    The hash is over the canonical form of the body (decision 0021); `former_hash` is over the bytes as they were sent.
    """

    idempotency_key: str | None
    correlation: str
    if_match: int | None
    request_hash: bytes
    former_hash: bytes = b""

    def metadata(self, asker: Asker, authority: str, at: datetime, sealed: Sequence[Sealed] = ()) -> Metadata:
        """Return the metadata of the command: actor, instant, authority. An idempotency key is scoped to its actor."""
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
    """Scope an idempotency key to its caller: the account, or for anonymous callers the request hash.

    A key holds no space, so the last space ends the scope. Anonymous callers have no account that separates their keys:
    the same key with the same request is a retry, and with another request another caller's key, never a conflict.
    """
    if not key:
        return None
    scope = f"by {asker.subject}" if asker.subject else f"for {request_hash.hex()}"
    return Idempotency(f"{scope} {key}", request_hash, former_hash)


async def write_request(
    request: Request, idempotency_key: IdempotencyKey = None, if_match: Seen = None
) -> WriteRequest:
    """Read the headers and the body of a write. A malformed header is answered with 422, which names it."""
    raw = await request.body()
    seen = int(if_match.strip('"')) if if_match else None
    write = write_of(request, idempotency_key, seen, canonical_of(request.scope, raw))
    return replace(write, former_hash=_hash(request, raw) if idempotency_key else b"")


def write_of(request: Request, idempotency_key: str | None, if_match: int | None, content: bytes) -> WriteRequest:
    """Return the write request with this key, version and content. `content` is the same for each retry."""
    return WriteRequest(
        idempotency_key=idempotency_key,
        correlation=correlation_of(request.scope),
        if_match=if_match,
        request_hash=_hash(request, content) if idempotency_key else b"",
    )


IncomingWrite = Annotated[WriteRequest, Depends(write_request)]
"""The parameter of a write route: `write: IncomingWrite`."""


_ETAG: Final[dict[str, Any]] = {
    "headers": {"ETag": {"description": "The stream's version, for `If-Match`", "schema": {"type": "string"}}}
}
EDITABLE: Final[dict[int | str, dict[str, Any]]] = {200: _ETAG, **problems(404)}
"""For the decorator of a read route that answers with a stream's version as ETag: `responses=EDITABLE`."""

WRITE: Final[dict[str, Any]] = {
    "status_code": 201,
    "response_model": Receipt,
    "responses": {
        201: _ETAG,
        **problems(404, 409, 412, 422, 429, 503),
    },
}
"""For the decorator of a write route: `**WRITE`. The route returns `receipt(…)`."""


def receipt(
    appended: Appended, stream: str, status: int = 201, warnings: Sequence[object] | None = None
) -> JSONResponse:
    """Return the answer to a write: the receipt, with the stream's new version as ETag.

    `warnings` are a field of its own, where the route's receipt has one.
    """
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
    more = {} if warnings is None else {"warnings": to_jsonable_python(warnings)}
    return JSONResponse(body.model_dump() | more, status, {"ETag": etag(appended.version)})


def etag(version: int) -> str:
    """Return a stream's version as a strong entity tag."""
    return f'"{version}"'


def _hash(request: Request, body: bytes) -> bytes:
    digest = hashlib.sha256()
    path = path_in(request.scope)  # without a gateway's prefix: a retry may come through another gateway
    for part in (request.method.encode(), path.encode(), request.url.query.encode(), body):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
