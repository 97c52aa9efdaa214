"""HTTP endpoints of the council: a set is enacted, read and listed."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel

from assessment.enacting.bodies import CriteriaSetIn, EnactmentIn
from assessment.enacting.commands import EnactCriteriaSet
from assessment.enacting.decisions import enacting
from assessment.enacting.events import stream_of
from assessment.enacting.queries import EnactedSet, criteria_set_of, enacted_sets
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow, signed_in
from parindex.canonical import canonical
from parindex.eventstore.appending import Appended
from parindex.eventstore.command_handling import execute
from parindex.http.path_fields import SetId
from parindex.http.problems import problems
from parindex.http.write_endpoints import WRITE, IncomingWrite, WriteRequest, receipt
from parindex.service import ServiceContext

_DIGESTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"headers": {"ETag": {"description": "The set's `digest`", "schema": {"type": "string"}}}},
    **problems(404),
}


class EnactedSetOut(BaseModel):
    """A set in force. `digest` is the SHA-256, hex, of `criteria_set` without its `rule_text`s, in canonical JSON."""

    authority: str
    criteria_set: CriteriaSetIn
    digest: str


async def enact(context: ServiceContext, body: EnactmentIn, write: WriteRequest, asker: Asker) -> Appended:
    """Put a set in force, for the API and for the page alike. Raises ForbiddenError and the refusals of `decide`."""
    asker.require(body.authority)
    command = EnactCriteriaSet(body.authority, body.criteria_set.to_record(), "/criteria_set")
    metadata, stream = write.metadata(asker, body.authority, await context.moment()), stream_of(body.criteria_set.code)
    return await execute(context.log, stream, enacting, command, metadata, write.if_match)


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    @router.post("/v1/criteria-sets", **WRITE)
    async def enact_criteria_set(
        body: EnactmentIn,
        write: IncomingWrite,
        asker: Annotated[Asker, allow(Role.OFFICE, Role.COUNCIL)],
    ) -> Response:
        """Ban hành một bộ chỉ số: từ đó không sửa được nữa; bản sửa đổi là một bộ mới, mã mới."""
        return receipt(await enact(context, body, write, asker), stream_of(body.criteria_set.code))

    @router.get("/v1/criteria-sets", dependencies=[signed_in])
    async def list_criteria_sets() -> list[EnactedSet]:
        """Các bộ chỉ số đã ban hành của mọi cơ quan, mới nhất trước: ban hành là công khai."""
        return await enacted_sets(context.engine)

    @router.get("/v1/criteria-sets/{code}", dependencies=[signed_in], response_model=EnactedSetOut, responses=_DIGESTED)
    async def read_criteria_set(code: SetId) -> Response:
        """Một bộ chỉ số, nguyên văn như đã ban hành."""
        enacted = await criteria_set_of(context.log, code)
        # a public decision, whose number it carries, enacted it: every signed-in account may read it
        answer = {"authority": enacted.authority, "criteria_set": enacted.criteria_set, "digest": enacted.digest}
        return Response(canonical(answer), media_type="application/json", headers={"ETag": f'"{enacted.digest}"'})

    return router
