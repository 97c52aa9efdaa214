"""HTTP endpoints of the page of assignments: who of the unit has which criterion, by area, with a form to change it.

It executes the command that the API executes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.assigning.api import assign
from assessment.assigning.checks import is_made_id
from assessment.assigning.forms import ASSIGNMENT, assignments_in
from assessment.assigning.queries import people_of
from assessment.opening.queries import UnitInRound, unit_in_round
from assessment.self_scoring.display import by_area, person_said
from assessment.self_scoring.queries import Assigned, SheetRow, assigned_in, sheet_of
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.http.path_fields import RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.refusal import Refused
from parindex.service import ServiceContext
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, SentForm, fresh_key, see_other
from parindex.web.parts import AccountPart
from parindex.web.rendering import Templates, Visitor

TEMPLATES: Final = Templates("assessment.assigning")
PAGE: Final = "/rounds/{round}/units/{unit}/assignments"
ROOT: Final = "../../../../"
"""The way from the page to the root of the service."""

OwnUnit = Annotated[Asker, allow_page(Role.UNIT, at="unit")]


@dataclass(frozen=True, slots=True)
class AssignedRow:
    """A criterion to tick, and who has it (empty for none)."""

    code: str
    name: str
    person: Sequence[str | AccountPart]


@dataclass(frozen=True, slots=True)
class AssignedArea:
    """An area to tick as a whole, with its criteria."""

    code: str
    name: str
    rows: Sequence[AssignedRow]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of the page. It is for people, so OpenAPI leaves it out."""
    router = APIRouter(include_in_schema=False)

    @router.get(PAGE)
    async def assignments_page(round: RoundId, unit: UnitCode, asker: OwnUnit, saved: str = "") -> Response:
        return await _page(context, await unit_in_round(context.log, round, unit), asker, saved=saved == "yes")

    @router.post(PAGE, **PAGE_FORM)
    async def send_assignments(request: Request, round: RoundId, unit: UnitCode, asker: OwnUnit) -> Response:
        sent = await ASSIGNMENT.read(request)
        of = await unit_in_round(context.log, round, unit)
        try:
            await assign(context, of, assignments_in(sent, asker.subject), sent.write, asker)
        except Refused as refused:
            return await _page(context, of, asker, sent, refused)
        return see_other("assignments?saved=yes")

    return router


async def _page(
    context: ServiceContext,
    of: UnitInRound,
    asker: Asker,
    sent: SentForm | None = None,
    refused: Refused | None = None,
    *,
    saved: bool = False,
) -> Response:
    assigned = await assigned_in(context.log, of.terms)
    sheet = await sheet_of(context.log, of.terms)
    people = await people_of(context.engine, context.log, of.terms) - {asker.subject}
    to = sent.text("to") if sent else ""
    values = {
        "unit": of.name,
        "unit_code": of.terms.unit,
        "title": of.title,
        "back": f"../{of.terms.unit}",
        "areas": _areas(of, sheet.rows, assigned, asker.subject),
        "people": sorted(people | ({to} if is_made_id(to) else set())),
        "me": asker.subject,
        "ticked": sent.fields["criterion"] if sent else (),
        "to": to,
        "errors": ASSIGNMENT.errors(refused) if refused else {},
        "saved": saved,
        "key": fresh_key(),
        "version": assigned.version,
    }
    shown, status = (
        Visitor(of.name, ROOT + SIGN_OUT, asker.subject, of.terms.note),
        STATUS[refused.kind][0] if refused else 200,
    )
    return page(TEMPLATES.render("assignments.html", ROOT, shown, **values), status)


def _areas(of: UnitInRound, rows: Sequence[SheetRow], assigned: Assigned, me: str) -> list[AssignedArea]:
    claimed = [row for row in rows if row.criterion in of.terms.appraisers and not row.claimant]
    return [
        AssignedArea(
            area.code,
            area.name,
            [AssignedRow(row.criterion, row.name, person_said(assigned.to(row.criterion), me)) for row in members],
        )
        for area, members in by_area(of.criteria_set, claimed)
    ]
