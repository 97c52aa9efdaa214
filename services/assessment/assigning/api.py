"""HTTP endpoints of assignments: who has which criterion, and handing criteria to persons."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body, Response

from assessment.assigning.bodies import AssignmentIn, ShownAssignment
from assessment.assigning.checks import criteria_under
from assessment.assigning.commands import AssignCriteria
from assessment.assigning.decisions import assigning
from assessment.assigning.queries import people_of
from assessment.opening.queries import UnitInRound, unit_in_round
from assessment.opening.terms import part_of
from assessment.self_scoring.events import assignments_of
from assessment.self_scoring.queries import assigned_in
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Appended
from parindex.eventstore.command_handling import execute
from parindex.http.path_fields import RoundId, UnitCode
from parindex.http.write_endpoints import EDITABLE, WRITE, IncomingWrite, WriteRequest, etag, receipt
from parindex.service import ServiceContext

ASSIGNMENTS = "/v1/rounds/{round}/units/{unit}/assignments"

OwnUnit = Annotated[Asker, allow(Role.UNIT, at="unit")]
OfUnit = Annotated[Asker, allow(Role.UNIT, Role.LEADER, at="unit")]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    @router.get(ASSIGNMENTS, responses=EDITABLE)
    async def list_assignments(
        round: RoundId, unit: UnitCode, asker: OfUnit, response: Response  # noqa: ARG001
    ) -> list[ShownAssignment]:  # fmt: skip
        """Tiêu chí nào đang giao cho ai trong đơn vị. Which criterion is assigned to which account of the unit."""
        of = await unit_in_round(context.log, round, unit)
        assigned = await assigned_in(context.log, of.terms)
        response.headers["ETag"] = etag(assigned.version)
        return [
            ShownAssignment(criterion=code, to=one.to, by=one.by, at=one.at) for code, one in assigned.persons.items()
        ]

    @router.put(ASSIGNMENTS, **WRITE)
    async def assign_criteria(
        round: RoundId, unit: UnitCode, body: Annotated[list[AssignmentIn], Body(max_length=2_000)],
        write: IncomingWrite, asker: OwnUnit,
    ) -> Response:  # fmt: skip
        """Phân công tiêu chí cho người của đơn vị, hoặc thôi giao: ghi tất cả, hoặc chỉ ra mọi lỗi và không ghi gì.

        Assign criteria to persons of the unit. It is a help and no right: everyone of the unit still writes each one.
        """
        of = await unit_in_round(context.log, round, unit)
        return receipt(await assign(context, of, body, write, asker), assignments_of(round, unit))

    return router


async def assign(
    context: ServiceContext, of: UnitInRound, body: Sequence[AssignmentIn], write: WriteRequest, asker: Asker
) -> Appended:
    """Assign criteria of a unit, for the API and for the page alike."""
    people = await people_of(context.engine, context.log, of.terms)
    lines = [line.to_record(f"/{index}") for index, line in enumerate(body)]
    known = people | {asker.subject}  # the asker acts for the unit right now
    command = AssignCriteria(
        of.terms, lines, criteria_under(of.criteria_set, part_of(of.terms, {of.terms.unit})), known
    )
    metadata = write.metadata(asker, of.terms.authority, await context.moment())
    return await execute(
        context.log, assignments_of(of.terms.round, of.terms.unit), assigning, command, metadata, write.if_match
    )
