"""HTTP endpoints of a round's council: its members, its sessions, the criteria before it, and its decisions."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from assessment.appraising.bodies import FindingIn
from assessment.appraising.worklist import acting
from assessment.deliberating.bodies import (
    ConclusionIn,
    CouncilDecisionIn,
    CouncilDecisions,
    CouncilIn,
    CouncilItemOut,
    CouncilOut,
    ReferralIn,
    Referrals,
    SessionIn,
    council_out,
    item_out,
    sealed_or_kept,
)
from assessment.deliberating.commands import ComposeCouncil, ConcludeSession, RecordSession, ReferCriteria
from assessment.deliberating.decisions import deliberating, referring, votes_of
from assessment.deliberating.members import MOST_SESSIONS
from assessment.deliberating.minutes import write_minutes
from assessment.deliberating.queries import council_in, decisions_in, items_in, round_for, texts_of, typed_texts_of
from assessment.deliberating.refusals import SessionUnknownError
from assessment.opening.events import council_of
from assessment.opening.queries import terms_of
from assessment.opening.stages import CouncilVotes
from assessment.opening.terms import Terms
from assessment.self_scoring.events import stream_of
from assessment.self_scoring.texts import shown_texts
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Appended
from parindex.eventstore.command_handling import execute
from parindex.eventstore.sealing import Seals
from parindex.http.fields import Whole
from parindex.http.file_transfer import A_DOCUMENT, document_response
from parindex.http.path_fields import RoundId, UnitCode
from parindex.http.problems import problems
from parindex.http.write_endpoints import EDITABLE, WRITE, IncomingWrite, WriteRequest, etag, receipt
from parindex.instant import instant
from parindex.service import ServiceContext
from parindex.values.days import day_in_vietnam, day_text

COUNCIL: Final = "/v1/rounds/{round}/council"
SESSION: Final = COUNCIL + "/sessions/{session}"

Voted = Callable[[], Awaitable[tuple[Mapping[str, CouncilVotes], int]]]
DecideInSession = Callable[
    [ServiceContext, Terms, Sequence[FindingIn], Voted, WriteRequest, Asker], Awaitable[Appended]
]
"""Records decisions on a unit's sheet, on the state of the council that the votes were decided from."""

SessionNumber = Annotated[
    Whole, Path(ge=1, le=MOST_SESSIONS, description="Số thứ tự phiên họp. The number of the session.")
]
Office = Annotated[Asker, allow(Role.OFFICE)]
OfCouncil = Annotated[Asker, allow(Role.COUNCIL)]
Secretariat = Annotated[Asker, allow(Role.OFFICE, Role.COUNCIL)]
Referrer = Annotated[Asker, allow(Role.OFFICE, Role.COUNCIL, Role.APPRAISER)]
Reader = Annotated[Asker, allow(Role.OFFICE, Role.COUNCIL, Role.AUDITOR)]
ItemReader = Annotated[Asker, allow(Role.OFFICE, Role.COUNCIL, Role.AUDITOR, reads="self-score")]


async def compose(
    context: ServiceContext, round_id: str, body: CouncilIn, write: WriteRequest, asker: Asker
) -> Appended:
    """Compose the council of a round, for the API and for the page alike, as the functions below.

    They raise RoundUnknownError, ForbiddenError and the refusals of the rules.
    """
    found = await round_for(context.log, round_id, asker)
    council = (await council_in(context.log, round_id)).state
    before = {one.code: one for one in council.members}
    known = await typed_texts_of(context.log, council)
    seals = Seals(known)
    members = tuple(one.to_record(seals, before.get(one.code), known) for one in body.members)
    command = ComposeCouncil(round_id, found.opened.council, body.reference, day_text(body.decided_on), members)
    metadata = write.metadata(asker, found.opened.authority, await context.moment(), seals.all)
    return await execute(context.log, council_of(round_id), deliberating, command, metadata, write.if_match)


async def record_session(
    context: ServiceContext, round_id: str, session: int, body: SessionIn, write: WriteRequest, asker: Asker
) -> Appended:
    """Record a session of a round's council, or change the record of it."""
    found = await round_for(context.log, round_id, asker)
    council = (await council_in(context.log, round_id)).state
    before, known = council.sessions.get(session), await typed_texts_of(context.log, council)
    seals, now = Seals(known), await context.moment()
    place = sealed_or_kept(seals, body.place, "place", before.place if before else "", known)
    command = RecordSession(
        round_id, session, day_text(body.held_on), place, body.presiding,
        tuple(body.attending), tuple(body.written), day_in_vietnam(instant(now)),
    )  # fmt: skip
    metadata = write.metadata(asker, found.opened.authority, now, seals.all)
    return await execute(context.log, council_of(round_id), deliberating, command, metadata, write.if_match)


async def conclude_session(
    context: ServiceContext, round_id: str, session: int, minutes: str, write: WriteRequest, asker: Asker
) -> Appended:
    """Conclude a session of a round's council."""
    found = await round_for(context.log, round_id, asker)
    metadata = write.metadata(asker, found.opened.authority, await context.moment())
    command = ConcludeSession(round_id, session, minutes)
    return await execute(context.log, council_of(round_id), deliberating, command, metadata, write.if_match)


async def refer(
    context: ServiceContext, terms: Terms, body: Sequence[ReferralIn], write: WriteRequest, asker: Asker
) -> Appended:
    """Put criteria of a unit before the council."""
    seals, now = Seals(), await context.moment()
    referrals = tuple(one.to_record(seals, f"/{index}") for index, one in enumerate(body))
    command = ReferCriteria(terms, referrals, acting(asker, terms), instant(now))
    metadata = write.metadata(asker, terms.authority, now, seals.all)
    return await execute(context.log, stream_of(terms.round, terms.unit), referring, command, metadata, write.if_match)


def routes(context: ServiceContext, decide_in_session: DecideInSession) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()
    _add_reads(router, context)
    _add_sessions(router, context)

    @router.post("/v1/rounds/{round}/units/{unit}/appraisal/referrals", **WRITE)
    async def refer_to_council(
        round: RoundId, unit: UnitCode, body: Referrals, write: IncomingWrite, asker: Referrer
    ) -> Response:
        """Trình hội đồng một hoặc nhiều tiêu chí, có lý do: ghi tất cả, hoặc không ghi gì."""
        terms = await terms_of(context.log, round, unit)
        return receipt(await refer(context, terms, body, write, asker), stream_of(round, unit))

    @router.post(SESSION + "/units/{unit}/decisions", **WRITE)
    async def decide_in_council_session(
        round: RoundId, session: SessionNumber, unit: UnitCode, body: CouncilDecisions, write: IncomingWrite,
        asker: OfCouncil,
    ) -> Response:  # fmt: skip
        """Phiên họp quyết định những tiêu chí của một đơn vị, có biểu quyết: ghi tất cả, hoặc không ghi gì."""
        terms = await terms_of(context.log, round, unit)
        asker.require(terms.authority)
        voted = votes_in(context, terms, session, body)
        return receipt(await decide_in_session(context, terms, body, voted, write, asker), stream_of(round, unit))

    return router


async def minutes_of(context: ServiceContext, round_id: str, number: int, asker: Asker) -> Response:
    """Answer with the minutes of a session, for the API and for the page alike. Raises SessionUnknownError."""
    found = await round_for(context.log, round_id, asker)
    council = (await council_in(context.log, round_id)).state
    if number not in council.sessions:
        raise SessionUnknownError(number)
    decisions = await decisions_in(context.log, found, number)
    comments = await shown_texts(context.log, [one.fact.comment for one in decisions if one.fact.comment])
    texts = {**await texts_of(context.log, council), **comments}
    content = await asyncio.to_thread(write_minutes, found.opened, council, council.sessions[number], decisions, texts)
    return document_response(content, f"bien-ban-{round_id}-{number}.docx")


def votes_in(context: ServiceContext, terms: Terms, session: int, body: Sequence[CouncilDecisionIn]) -> Voted:
    """Return a function that decides about the votes of a body by the council as it is then."""

    async def voted() -> tuple[Mapping[str, CouncilVotes], int]:
        loaded = await council_in(context.log, terms.round)
        taken = [one.taken(f"/{index}") for index, one in enumerate(body)]
        return votes_of(loaded.state, session, terms, taken), loaded.version

    return voted


def _add_reads(router: APIRouter, context: ServiceContext) -> None:
    @router.get(COUNCIL, responses=EDITABLE)
    async def read_council(round: RoundId, asker: Reader, response: Response) -> CouncilOut:
        """Hội đồng của một đợt: thành viên và các phiên họp. The council of a round, and its sessions."""
        await round_for(context.log, round, asker)
        loaded = await council_in(context.log, round)
        response.headers["ETag"] = etag(loaded.version)
        return council_out(loaded.state, await texts_of(context.log, loaded.state))

    @router.get(SESSION + "/minutes", response_class=Response, responses={200: A_DOCUMENT, **problems(404)})
    async def download_minutes(round: RoundId, session: SessionNumber, asker: ItemReader) -> Response:
        """Biên bản phiên họp thành tệp Word. The minutes of a session as a Word file."""
        return await minutes_of(context, round, session, asker)

    @router.get(COUNCIL + "/items")
    async def list_council_items(round: RoundId, asker: ItemReader) -> list[CouncilItemOut]:
        """Những tiêu chí chờ hội đồng quyết định và đã quyết định. The criteria before the council, and decided."""
        found = await round_for(context.log, round, asker)
        return [item_out(one) for one in await items_in(context.log, found)]


def _add_sessions(router: APIRouter, context: ServiceContext) -> None:
    @router.put(COUNCIL, **WRITE)
    async def compose_council(round: RoundId, body: CouncilIn, write: IncomingWrite, asker: Office) -> Response:
        """Nhập thành phần hội đồng theo quyết định thành lập. Compose the council of a round."""
        return receipt(await compose(context, round, body, write, asker), council_of(round))

    @router.put(SESSION, **WRITE)
    async def record_council_session(
        round: RoundId, session: SessionNumber, body: SessionIn, write: IncomingWrite, asker: Secretariat
    ) -> Response:
        """Ghi một phiên họp: ngày, người chủ trì, người dự họp, ý kiến bằng văn bản. Record a session."""
        return receipt(await record_session(context, round, session, body, write, asker), council_of(round))

    @router.post(SESSION + "/conclusion", **WRITE)
    async def conclude_council_session(
        round: RoundId, session: SessionNumber, body: ConclusionIn, write: IncomingWrite, asker: Secretariat
    ) -> Response:
        """Kết thúc một phiên họp, ghi số biên bản. Conclude a session; its minutes have this number."""
        done = await conclude_session(context, round, session, body.minutes, write, asker)
        return receipt(done, council_of(round))
