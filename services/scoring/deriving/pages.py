"""The page "Vì sao được điểm này?": a unit's points for one criterion, now or at another moment."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from parindex.auth import Asker
from parindex.auth.fastapi import allow_page
from parindex.contracts.training import training_note
from parindex.eventstore.moments import Until
from parindex.http.as_of import Position
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.routes import join_routes
from parindex.service import ServiceContext
from parindex.web import vietnamese
from parindex.web.answering import page
from parindex.web.assets import asset_routes
from parindex.web.desk import DESK, SIGN_OUT
from parindex.web.moments import AskedMoment, asked_moment
from parindex.web.parts import Column, Link, SummaryRow
from parindex.web.problem_pages import ProblemPages
from parindex.web.rendering import Templates, Visitor
from scoring.computing.queries import ExplainedIndex, explained_index
from scoring.computing.refusals import IndexUnknownError
from scoring.deriving.api import PATH, READERS
from scoring.deriving.queries import Derivation, PointsChange, derivation_of
from scoring.deriving.wording import after_said, amount_said, entry_named, movers_said

TEMPLATES: Final = Templates("scoring.deriving", home=DESK)
problem_page: Final = ProblemPages(TEMPLATES)
ROOT: Final = "../../../../../"
"""The way from the page to the root of the service."""
COLUMNS: Final = (
    Column("Lúc"),
    Column("Vì"),
    Column("Điểm trước", number=True),
    Column("Điểm sau", number=True),
    Column("Theo tự chấm", number=True),
    Column("Bản ghi"),
)
CRITERIA: Final = (Column("Tiêu chí"), Column("Điểm", number=True), Column("Tối đa", number=True))


def routes(context: ServiceContext) -> APIRouter:
    """Build the route of the page. It is for people, so OpenAPI leaves it out."""
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    async def derivation_page(
        round: RoundId, unit: UnitCode, criterion: CriterionCode,
        asker: Annotated[Asker, allow_page(*READERS, at="unit", reads="derivation")],
        asked: Annotated[AskedMoment, Depends(asked_moment)], position: Position = 0,
    ) -> Response:  # fmt: skip
        found = await derivation_of(context, round, unit, criterion, Until(asked.at, position))
        index = await _index(context, round, unit)
        return page(_page(found, index, asked, position, asker.subject), 422 if asked.errors else 200)

    join_routes(router, asset_routes())
    return router


async def _index(context: ServiceContext, round_id: str, unit: str) -> ExplainedIndex | None:
    """Return the present index of a unit; None while it is not computed."""
    try:
        return await explained_index(context.engine, round_id, unit)
    except IndexUnknownError:
        return None


def _page(found: Derivation, index: ExplainedIndex | None, asked: AskedMoment, position: int, account: str) -> bytes:
    codes = [line.criterion for line in index.lines] if index else [found.criterion]
    at = codes.index(found.criterion) if found.criterion in codes else 0
    return TEMPLATES.render(
        "derivation.html",
        ROOT,
        Visitor(found.unit_name, ROOT + SIGN_OUT, account, training_note(found.training)),
        found=found,
        summary=[SummaryRow(each.term, each.text) for each in found.said],
        columns=COLUMNS,
        changes=[_row(each) for each in reversed(found.changes)],
        texts=asked.texts,
        errors=asked.errors,
        past=bool(found.at or position),
        future=bool(asked.at and not found.at),
        audited="; ".join(map(entry_named, found.entries)),
        place=f"Tiêu chí {at + 1} trên {len(codes)}",
        before=codes[at - 1] if at else "",
        after=codes[at + 1] if at + 1 < len(codes) else "",
        of_unit=CRITERIA,
        criteria=_criteria(index) if index else [],
    )


def _criteria(index: ExplainedIndex) -> list[list[str | Link]]:
    """Return the points of every criterion at present, and their sum."""
    lines: list[list[str | Link]] = [
        [
            Link(f"{line.criterion} {line.name}", line.criterion),
            after_said(line.points, line.fault),
            vietnamese.comma(line.maximum),
        ]
        for line in index.lines
    ]
    total = index.total
    return [*lines, ["Tổng điểm", amount_said(total.points), amount_said(total.maximum)]]


def _row(change: PointsChange) -> list[str | Link]:
    entry = change.entry
    return [
        vietnamese.minute(entry.at),
        movers_said(change.movers),
        amount_said(change.before),
        after_said(change.after, change.fault),
        amount_said(change.claimed),
        Link(f"Xem điểm lúc đó (bản ghi {entry.position})", f"?position={entry.position}"),
    ]
