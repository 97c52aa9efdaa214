"""The page of a trial, for the office and the council. A page of assessment sends the set; nothing is written."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Request, Response

from parindex.auth import Asker
from parindex.auth.fastapi import allow_page
from parindex.contracts.criteria import CriteriaSet
from parindex.http.path_fields import RoundId
from parindex.numbers import from_wire
from parindex.service import ServiceContext
from parindex.web import vietnamese
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, fresh_key
from parindex.web.parts import Column
from parindex.web.rendering import Templates, Visitor
from scoring.computing.queries import KnownRound
from scoring.trying.api import OWN, block_of, own_round
from scoring.trying.forms import TRIAL, set_in
from scoring.trying.queries import Trials
from scoring.trying.state import Basis, TriedSet
from scoring.trying.trial import TriedBlock, TriedRow, TriedUnit, Why
from scoring.trying.wording import BASES, notes_on, reasons_of

TEMPLATES: Final = Templates("scoring.trying")
PATH: Final = "/rounds/{round}/trials"
ROOT: Final = "../../"
UNITS: Final = (
    Column("Đơn vị"),
    Column("Hạng nay", number=True),
    Column("Hạng thử", number=True),
    Column("Chỉ số nay", number=True),
    Column("Chỉ số thử", number=True),
    Column("Chênh lệch", number=True),
    Column("Số liệu không còn phù hợp"),
)
ROWS: Final = (
    Column("Tiêu chí"),
    Column("Điểm nay", number=True),
    Column("Điểm thử", number=True),
    Column("Tối đa nay", number=True),
    Column("Tối đa thử", number=True),
    Column("Vì sao khác"),
)
DECIMALS: Final = 2
NONE: Final = "–"


def routes(context: ServiceContext, trials: Trials) -> APIRouter:
    """Build the route of the page. It is for people, so OpenAPI leaves it out."""
    router = APIRouter(include_in_schema=False)

    @router.post(PATH, **PAGE_FORM)
    async def trial_page(
        request: Request, round: RoundId, asker: Annotated[Asker, allow_page(*OWN, reads="trial")]
    ) -> Response:
        known = await own_round(context, round, asker)
        sent = await TRIAL.read(request)
        criteria_set = await trials.checked(set_in(sent.text("criteria_set")))
        unit = sent.text("unit")
        basis = Basis.CLAIMED if sent.text("figures") == Basis.CLAIMED else Basis.FOUND
        tried = await trials.trial(TriedSet(criteria_set, basis, block_of(known, unit) if unit else ""), known)
        return page(_page(criteria_set, known, tried, basis, unit, asker.subject))

    return router


def _page(
    criteria_set: CriteriaSet, known: KnownRound, tried: Sequence[TriedBlock], basis: Basis, unit: str, account: str
) -> bytes:
    rows = next(([*map(_row, each.rows)] for block in tried for each in block.units if each.code == unit), None)
    return TEMPLATES.render(
        "trial.html",
        ROOT,
        Visitor(known.authority, ROOT + SIGN_OUT, account),
        title=criteria_set.title,
        code=criteria_set.code,
        round=known.round,
        basis=BASES[basis].vi,
        figures=basis.value,
        blocks=[
            (block.block.name, [note.vi for note in notes_on(block)], [*map(_unit, block.units)]) for block in tried
        ],
        columns=UNITS,
        unit=known.names.get(unit, ""),
        rows=rows,
        row_columns=ROWS,
        units=sorted(known.names.items(), key=lambda each: each[0]),
        criteria_set=msgspec.json.encode(criteria_set).decode(),
        key=fresh_key(),
    )


def _unit(unit: TriedUnit) -> list[str]:
    now, then = unit.ranked_now, unit.ranked_then
    moved = from_wire(unit.difference) if unit.difference else None
    sign = "+" if moved and moved > 0 else ""
    return [
        f"{unit.name} (số liệu vừa thay đổi, đang tính lại)" if unit.behind else unit.name,
        str(now.rank) if now and now.rank else NONE,
        str(then.rank) if then.rank else NONE,
        vietnamese.comma(now.index) if now and now.index else NONE,
        vietnamese.comma(then.index) if then.index else NONE,
        NONE if moved is None else f"{sign}{vietnamese.shown(moved, DECIMALS)}",
        ", ".join(unit.codes(Why.FIGURES_UNFIT)) or NONE,
    ]


def _row(row: TriedRow) -> list[str]:
    return [
        f"{row.criterion} {row.name}",
        _points(row.now.points if row.now else ""),
        _points(row.then.points if row.then else ""),
        vietnamese.comma(row.old.maximum) if row.old else NONE,
        vietnamese.comma(row.new.maximum) if row.new else NONE,
        "; ".join(reason.vi for reason in reasons_of(row)) or NONE,
    ]


def _points(points: str) -> str:
    return vietnamese.shown(from_wire(points), DECIMALS) if points else NONE
