"""The HTTP API of presses: the kiosk sends them, officials read the presses that no round counts.

This is the busiest endpoint of the system: msgspec decodes the body from its bytes, and a batch is decided on the
stored state inside the append, with nothing read before.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from msgspec.structs import replace

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.auth.principal import covers
from parindex.eventstore.appending import Append, Appended, Idempotency, Metadata
from parindex.eventstore.command_handling import decide_at_head
from parindex.http.correlation import correlation_of
from parindex.http.fast_path import FastRoute
from parindex.http.fields import Formed, OptionalId, OptionalNode, Whole
from parindex.http.limits import BodyTooLargeError
from parindex.http.path_fields import KioskId
from parindex.http.problems import problems
from parindex.http.reading import require_type
from parindex.http.write_endpoints import IdempotencyKey, idempotency_of
from parindex.instant import instant
from parindex.service import ServiceContext
from survey.admitting.admissions import KnownRounds
from survey.admitting.events import authority_of
from survey.enrolling.devices import require_itself
from survey.enrolling.events import stream_of
from survey.enrolling.queries import all_kiosks
from survey.enrolling.state import KIOSK_CODEC, Kiosk
from survey.rating.bodies import PressesAsideOut, RatingsOut, aside, outcome_of
from survey.rating.commands import RecordRatings
from survey.rating.decisions import ComparisonNeeded, rating
from survey.rating.presses import AHEAD, JSON, LARGEST_BODY, NDJSON, body_schema, read_presses
from survey.rating.queries import recorded_presses
from survey.rating.set_aside import PLACE, page_of
from survey.rating.state import Press, compare

ThisKiosk = Annotated[Asker, allow(Role.KIOSK)]
PressReader = Annotated[Asker, allow(Role.UNIT, Role.OFFICE, Role.AUDITOR, reads="presses")]

MOST_LISTED: Final = 500
"""Presses in one answer."""

POSTED: Final[dict[str, Any]] = {
    "status_code": 201,
    "response_model": RatingsOut,
    "responses": problems(409, 413, 415, 422, 429, 503),
    "openapi_extra": {"requestBody": body_schema()},
}


def routes(context: ServiceContext) -> APIRouter:
    router, rounds = APIRouter(), KnownRounds()

    async def record_ratings(
        kiosk: KioskId, request: Request, asker: ThisKiosk, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Nhận lượt bấm, nhiều nhất 1.000, đánh số liên tiếp: nhận hết hoặc không nhận lượt nào.

        Send presses, at most 1,000, numbered one after another; all are taken, or none. Send them again whenever the
        answer was lost: numbers known already count as `repeated`. After a hole the answer is 409 `sequence-gap`, with
        `expected_seq`; a number that was used for another press is 409 `sequence-reused`. The numbers do the work of an
        Idempotency-Key, which may be sent besides.

        The receipt says which round counts the presses, and which presses no round counts, and why. A press from the
        future is taken: the kiosk's clock is ahead, so that the time of receipt decides which round counts it.
        """
        require_itself(asker, kiosk)
        body = await read_body(request)
        now = context.now()
        presses = read_presses(body, require_type(request.headers, JSON, NDJSON))
        command = RecordRatings(kiosk, presses, instant(now), instant(now + AHEAD))
        metadata = metadata_of(asker, request, now, hashed(asker, idempotency_key, body, presses))
        appended = await record_all(context, rounds, command, metadata, asker.principal.rights[0].node)
        return await answer(context, command, appended)

    router.add_api_route(
        "/v1/kiosks/{kiosk}/ratings", record_ratings, methods=["POST"], route_class_override=FastRoute, **POSTED
    )

    @router.get("/v1/presses/set-aside")
    async def presses_set_aside(
        asker: PressReader,
        unit: OptionalNode = "",
        round: OptionalId = "",
        after: Annotated[str, Formed(PLACE, empty=True)] = "",
        limit: Annotated[Whole, Query(ge=1, le=MOST_LISTED)] = MOST_LISTED,
    ) -> PressesAsideOut:
        """Từng lượt bấm không được tính: giờ bấm, giờ nhận, lý do. Đơn vị chỉ thấy của mình.

        Every press that is late or set aside, with its own time, that of its receipt, and why it does not count: at all
        units that the asker may see, at one of them and below (`unit`), or beside the tallies of one round (`round`).
        """
        if unit:
            asker.require(unit)
        kiosks = asker.visible((await all_kiosks(context.log, "")).items(), lambda each: each[1].unit)
        wanted = [name for name, kiosk in kiosks if not unit or covers(unit, kiosk.unit)]
        found, reached = await page_of(context.log, wanted, after, limit)
        presses = [aside(each) for each in found if round in ("", each.round)]
        return PressesAsideOut(presses=presses, next=reached)

    return router


async def record_all(
    context: ServiceContext, rounds: KnownRounds, command: RecordRatings, metadata: Metadata, unit: str
) -> Appended:
    """Append the presses that are new; presses older than the kiosk remembers are compared with the log first."""
    while True:
        reads = rounds.reads(unit)
        decision = decide_at_head(rating, replace(command, find_route=rounds.route_finder(reads)), KIOSK_CODEC)
        append = Append(stream_of(command.kiosk), metadata, decision, len(command.presses), reads=reads)
        done = await context.log.try_append(append)
        if isinstance(done, Appended):
            return done
        if isinstance(done, ComparisonNeeded):
            first = command.presses[0].seq
            compare(command.presses, await recorded_presses(context.log, command.kiosk, first, done.until))
            command = replace(command, compared=done.until)
        else:  # RoundsNeeded
            await rounds.refresh(context, unit, metadata)


async def read_body(request: Request) -> bytes:
    """Read the body; raise BodyTooLargeError as soon as it is more than agreed."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise BodyTooLargeError(LARGEST_BODY)
    return bytes(body)


def hashed(asker: Asker, key: str | None, body: bytes, presses: Sequence[Press]) -> Idempotency | None:
    """Hash the presses themselves: a retry that is written otherwise, or line by line, sends the same."""
    if not key:
        return None
    canonical = msgspec.json.encode(
        [(press.seq, press.option, press.pressed_at, press.accuracy_s) for press in presses]
    )
    return idempotency_of(asker, key, hashlib.sha256(canonical).digest(), hashlib.sha256(body).digest())


def metadata_of(asker: Asker, request: Request, now: datetime, idempotency: Idempotency | None) -> Metadata:
    """Say who sent the presses: the kiosk itself, never a visitor."""
    authority = authority_of(asker.principal.rights[0].node)
    return Metadata(asker.subject, instant(now), authority, correlation_of(request.scope), idempotency=idempotency)


async def answer(context: ServiceContext, command: RecordRatings, appended: Appended) -> Response:
    """Return the receipt: how many presses were new, up to which number all are on record, which round counts them."""
    sent, facts = command.presses, appended.facts
    kiosk: Kiosk = appended.state or Kiosk()  # of a request that was answered before, the numbers sent say enough
    accepted = 0 if appended.repeated else len(facts)
    if accepted < len(sent):
        recorded = await recorded_presses(context.log, command.kiosk, sent[0].seq, sent[-1].seq)
        facts = tuple(recorded[press.seq] for press in sent)
    receipt = {
        "accepted": accepted,
        "repeated": len(sent) - accepted,
        "last_seq": max(kiosk.last_seq, sent[-1].seq),
        "position": appended.last,
        **outcome_of(facts),
    }
    return Response(msgspec.json.encode(receipt), 201, media_type=JSON)
