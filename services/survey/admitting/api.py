"""The HTTP API of a round's cut-off."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Append
from parindex.eventstore.command_handling import decide_at_head
from parindex.http.path_fields import RoundId
from parindex.http.write_endpoints import WRITE, IncomingWrite, receipt
from parindex.service import ServiceContext
from survey.admitting.admissions import admit_older, cut_off
from survey.admitting.commands import CloseRating
from survey.admitting.decisions import surveying
from survey.admitting.events import authority_of, tallying_stream
from survey.admitting.queries import survey_named
from survey.admitting.state import SURVEY_CODEC

Closing = Annotated[Asker, allow(Role.OFFICE, Role.SURVEYOR)]


def routes(context: ServiceContext) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/rounds/{round}/tally-closing", **WRITE)
    async def close_rating(round: RoundId, write: IncomingWrite, asker: Closing) -> JSONResponse:
        """Đóng phần khảo sát: lượt bấm đến sau không tính.

        Set the cut-off: presses on record now are counted, presses received later are late. Closing again changes
        nothing.

        The tally is closed when the last presses are counted, a moment later; see `/tallying`.
        """
        authority = (await survey_named(context.log, round)).authority
        asker.require(authority)
        metadata = write.metadata(asker, authority, context.now())
        closing = Append(tallying_stream(round), metadata, decide_at_head(surveying, CloseRating(round), SURVEY_CODEC))
        async with context.engine.begin() as connection:
            await context.log.lock(connection)
            await admit_older(context.log, connection, authority_of(authority), metadata)
            done, _ = await context.log.append_within(connection, [closing, cut_off(authority, round, metadata)])
        return receipt(done, tallying_stream(round))

    return router
