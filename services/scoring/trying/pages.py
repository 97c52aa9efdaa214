"""The page of a trial, for the office and the council. Nothing of it is in the log.

A page of assessment sends the set; the answer leads to an address with the set's code, or with the digest of its
content where it is not in force, so that a reader can reload the page and come back to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from parindex.auth import Asker
from parindex.auth.fastapi import allow_page
from parindex.http.fields import OptionalDigest, OptionalId, OptionalNode
from parindex.http.path_fields import RoundId
from parindex.numbers import exact, from_wire
from parindex.service import ServiceContext
from parindex.web import vietnamese
from parindex.web.answering import page
from parindex.web.desk import DESK, SIGN_OUT
from parindex.web.forms import PAGE_FORM, see_other
from parindex.web.parts import Column, Link
from parindex.web.rendering import Templates, Visitor
from scoring.computing.queries import KnownRound
from scoring.trying.api import OWN, block_of, own_round
from scoring.trying.forms import TRIAL, came_from, set_in
from scoring.trying.kept_sets import KeptSet
from scoring.trying.queries import Trials
from scoring.trying.state import Basis, TriedSet
from scoring.trying.trial import TriedBlock, TriedRow, TriedUnit, Why
from scoring.trying.wording import BASES, DIFFERENCE, coverage_of, difference_of, missing_of, notes_on, reasons_of

TEMPLATES: Final = Templates("scoring.trying", home=DESK)
PATH: Final = "/rounds/{round}/trials"
ROOT: Final = "../../"
ASSESSMENT: Final = f"{ROOT}../assessment/"
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

Code = Annotated[OptionalId, Query(alias="set", description="mã bộ chỉ số đã ban hành")]
Figures = Annotated[Basis, Query()]


@dataclass(frozen=True, slots=True)
class AskedTrial:
    """What the address of a trial asks for: a set in force by its code, or one that is kept by its digest."""

    code: str
    draft: str
    basis: Basis
    unit: str

    def address(self, unit: str) -> str:
        """Return the address of the same trial with the rows of a unit; "" for none."""
        pairs = {"set": self.code, "draft": self.draft, "figures": self.basis.value, "unit": unit}
        return "trials?" + urlencode({name: value for name, value in pairs.items() if value})


def routes(context: ServiceContext, trials: Trials) -> APIRouter:
    """Build the routes of the page. It is for people, so OpenAPI leaves them out."""
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    async def trial_page(  # what the address asks for
        round: RoundId, asker: Annotated[Asker, allow_page(*OWN, reads="trial")],
        code: Code = "", draft: OptionalDigest = "", figures: Figures = Basis.FOUND, unit: OptionalNode = "",
    ) -> Response:  # fmt: skip
        known = await own_round(context, round, asker)
        asked = AskedTrial("" if draft else code or known.blocks[0].criteria_set, draft, figures, unit)
        block = block_of(known, unit) if unit else ""
        kept = await trials.kept(known, draft) if draft else KeptSet(await trials.in_force(asked.code), "")
        tried = await trials.trial(TriedSet(kept.criteria_set, figures, block), known)
        return page(_page(kept, known, tried, asked, asker.subject))

    @router.post(PATH, **PAGE_FORM)
    async def try_from_page(request: Request, round: RoundId, asker: Annotated[Asker, allow_page(*OWN)]) -> Response:
        known = await own_round(context, round, asker)
        sent = await TRIAL.read(request)
        criteria_set = await trials.checked(set_in(sent.text("criteria_set")))
        if unit := sent.text("unit"):
            block_of(known, unit)
        basis = Basis.CLAIMED if sent.text("figures") == Basis.CLAIMED else Basis.FOUND
        if await trials.is_in_force(criteria_set):
            return see_other(AskedTrial(criteria_set.code, "", basis, unit).address(unit))
        digest = await trials.keep(known, KeptSet(criteria_set, came_from(sent)))
        return see_other(AskedTrial("", digest, basis, unit).address(unit))

    return router


def _page(kept: KeptSet, known: KnownRound, tried: Sequence[TriedBlock], asked: AskedTrial, account: str) -> bytes:
    criteria_set, unit = kept.criteria_set, asked.unit
    shown = next((each for block in tried for each in block.units if unit and each.code == unit), None)
    return TEMPLATES.render(
        "trial.html",
        ROOT,
        Visitor(known.authority, ROOT + SIGN_OUT, account),
        title=criteria_set.title,
        code=criteria_set.code,
        back=_back(kept, known, asked),
        round=known.round,
        basis=BASES[asked.basis].vi,
        figures=asked.basis.value,
        asked_code=asked.code,
        draft=asked.draft,
        coverage=coverage_of(tried, asked.basis).said.vi,
        difference=DIFFERENCE.vi,
        every_unit=asked.address("") if unit else "",
        blocks=[
            (block.block.name, [note.vi for note in notes_on(block)], [_unit(each, asked) for each in block.units])
            for block in tried
        ],
        columns=UNITS,
        unit=known.names.get(unit, ""),
        rows=[*(_row(unit, each) for each in shown.rows), *_total(shown)] if shown else [],
        row_columns=ROWS,
        units=sorted(known.names.items(), key=lambda each: each[0]),
    )


def _back(kept: KeptSet, known: KnownRound, asked: AskedTrial) -> Link:
    """Return the way back to the set: its page, the page of its file, where it is enacted, or the list of sets."""
    if asked.code:
        return Link(f"Về bộ chỉ số {asked.code}", f"{ASSESSMENT}criteria-sets/{asked.code}")
    if kept.came_from:
        return Link("Về bộ chỉ số trong tệp, nơi ban hành", f"{ASSESSMENT}{kept.came_from}")
    return Link("Về các bộ chỉ số", f"{ASSESSMENT}authorities/{known.authority}/criteria-sets")


def _unit(unit: TriedUnit, asked: AskedTrial) -> list[str | Link]:
    now, then, missing = unit.ranked_now, unit.ranked_then, missing_of(unit)
    said = missing.vi if missing else "số liệu vừa thay đổi, đang tính lại" if unit.behind else ""
    difference = difference_of(unit)
    sign = "+" if difference and exact(difference) > 0 else ""
    return [
        Link(f"{unit.name} ({said})" if said else unit.name, asked.address(unit.code)),
        str(now.rank) if now and now.rank else NONE,
        str(then.rank) if then and then.rank else NONE,
        vietnamese.comma(now.index) if now and now.index else NONE,
        vietnamese.comma(then.index) if then and then.index else NONE,
        vietnamese.comma(f"{sign}{difference}") if difference else NONE,
        ", ".join(unit.codes(Why.FIGURES_UNFIT)) or NONE,
    ]


def _row(unit: str, row: TriedRow) -> list[str | Link]:
    name = f"{row.criterion} {row.name}"
    return [
        Link(name, f"units/{unit}/criteria/{row.criterion}") if row.old else name,
        _points(row.now.points if row.now else ""),
        _points(row.then.points if row.then else ""),
        vietnamese.comma(row.old.maximum) if row.old else NONE,
        vietnamese.comma(row.new.maximum) if row.new else NONE,
        "; ".join(reason.vi for reason in reasons_of(row)) or NONE,
    ]


def _total(unit: TriedUnit) -> list[list[str | Link]]:
    """Return the rows of the sums and of the index, as they are printed."""
    now, then, missing = unit.ranked_now, unit.ranked_then, missing_of(unit)
    printed = [each.points if each else "" for each in (now, then)]
    maxima = [each.maximum if each else "" for each in (unit.now, unit.then)]
    indices = [each.index if each else "" for each in (now, then)]
    said = missing.vi if missing else NONE
    return [
        ["Tổng điểm", *(vietnamese.comma(each) or NONE for each in (*printed, *maxima)), said],
        ["Chỉ số", *(vietnamese.comma(each) or NONE for each in indices), NONE, NONE, said],
    ]


def _points(points: str) -> str:
    return vietnamese.shown(from_wire(points), DECIMALS) if points else NONE
