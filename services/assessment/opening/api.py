"""HTTP endpoints of the office: a round is opened, and rounds are listed."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from assessment.enacting.queries import CriteriaSetUnknownError, criteria_set_of
from assessment.opening.bodies import RoundIn
from assessment.opening.deadlines import NO_DEADLINES, Deadlines, deadlines_from
from assessment.opening.decisions import opening
from assessment.opening.events import stream_of
from assessment.opening.queries import ListedRound, listed_rounds
from assessment.registering.queries import NamedUnit, UnitWarning, register_or_none, warnings_about
from assessment.scheduling.queries import days_for_round
from parindex.auth import Asker, Role, covers
from parindex.auth.fastapi import allow, signed_in
from parindex.contracts.criteria import CriteriaSet
from parindex.eventstore.appending import Appended
from parindex.eventstore.command_handling import execute
from parindex.eventstore.log import Log
from parindex.http.body import Receipt
from parindex.http.write_endpoints import WRITE, IncomingWrite, WriteRequest, receipt
from parindex.instant import instant
from parindex.service import ServiceContext


class RoundReceipt(Receipt):
    """Biên nhận của một đợt đã mở; các cảnh báo không ngăn việc mở đợt.

    The receipt of an opened round. The warnings did not stop the opening.
    """

    warnings: list[UnitWarning] = Field(
        description="units of the round that the register does not have on the last day of its year, or under another "
        "name; empty where the authority has no register"
    )


async def open_round_of(context: ServiceContext, body: RoundIn, write: WriteRequest, asker: Asker) -> Appended:
    """Open a round, for the API and for the page alike. Raises ForbiddenError and the refusals of `decide`.

    With `plan`, also PlanUnknownError and PlanWithoutDatesError.
    """
    asker.require(body.authority)
    now, stream = await context.moment(), stream_of(body.round)
    planned = await _planned(context.log, body)
    command = body.command(await _sets_for(context.log, body), instant(now), planned)
    metadata = write.metadata(asker, body.authority, now)
    return await execute(context.log, stream, opening, command, metadata, write.if_match)


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    @router.post("/v1/rounds", **{**WRITE, "response_model": RoundReceipt})
    async def open_round(body: RoundIn, write: IncomingWrite, asker: Annotated[Asker, allow(Role.OFFICE)]) -> Response:
        """Mở một đợt: khối, đơn vị, bộ chỉ số, thời hạn, cơ quan thẩm định từng tiêu chí.

        Biên nhận cảnh báo về đơn vị không có trong danh mục đơn vị, hoặc có tên khác; đợt vẫn được mở. The receipt
        warns of units that the register of the authority does not have, or has under another name.
        """
        opened = await open_round_of(context, body, write, asker)
        return receipt(opened, stream_of(body.round), warnings=await _warnings_about(context.log, body))

    @router.get("/v1/rounds")
    async def list_rounds(asker: Annotated[Asker, signed_in]) -> list[ListedRound]:
        """Các đợt của những cơ quan mà người hỏi có quyền ở đó, trên đó hoặc dưới đó; mới nhất trước."""
        nodes = [right.node for right in asker.principal.rights]
        return [listed for listed in await listed_rounds(context.engine) if _concerns(listed.authority, nodes)]

    return router


async def _warnings_about(log: Log, body: RoundIn) -> list[UnitWarning]:
    """Return how the units of a round differ from the register of its authority on the last day of its year.

    An agency that claims in place of units is given without a name, so it is only looked for.
    """
    register, _ = await register_or_none(log, body.authority)
    day = f"{body.year:04}-12-31"
    units = [NamedUnit(unit.code, unit.name) for block in body.blocks for unit in block.units]
    there, known = register.on(day), {body.authority, *(unit.code for unit in units)}
    others = dict.fromkeys(entry.claimant for entry in body.claimants if entry.claimant not in known)
    agencies = [NamedUnit(code, there[code].name if code in there else code) for code in others]
    return warnings_about(register, [*units, *agencies], day)


async def _planned(log: Log, body: RoundIn) -> Deadlines:
    """Return the dates that the plan of the round's year sets, if the round takes its dates from it."""
    if not body.plan:
        return NO_DEADLINES
    days = await days_for_round(log, body.authority, body.year)
    return deadlines_from(days, two_appraisals=body.two_appraisals)


async def _sets_for(log: Log, body: RoundIn) -> Mapping[str, CriteriaSet]:
    sets = {}
    for code in {block.criteria_set for block in body.blocks}:
        try:
            enacted = await criteria_set_of(log, code)
        except CriteriaSetUnknownError:
            continue  # the rules name every block that asks for it
        if covers(enacted.authority, body.authority):
            sets[code] = enacted.criteria_set
    return sets


def _concerns(authority: str, nodes: Sequence[str]) -> bool:
    """Return whether an account with rights at these nodes takes part in the rounds of an authority."""
    return any(covers(node, authority) or covers(authority, node) for node in nodes)
