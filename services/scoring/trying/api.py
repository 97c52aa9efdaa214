"""HTTP endpoints of trials, for the office and the council of the round's authority. They write nothing."""

from typing import Annotated

from fastapi import APIRouter, Query

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.contracts.assessment import Block
from parindex.contracts.unknown import UnitUnknownError
from parindex.http.fields import OptionalCode, Whole
from parindex.http.path_fields import RoundId, UnitCode
from parindex.http.problems import problems
from parindex.service import ServiceContext
from scoring.computing.queries import KnownRound, known_round
from scoring.trying.bodies import (
    OneTrialIn,
    SensitivityOut,
    TrialIn,
    TrialOut,
    UnitTrialOut,
    block_out,
    row_out,
    sensitivity_out,
    trial_out,
    unit_out,
)
from scoring.trying.queries import Trials
from scoring.trying.refusals import BlockUnknownError, TrainingNotTriedError
from scoring.trying.sensitivity import Draws
from scoring.trying.state import TriedSet

OWN = (Role.OFFICE, Role.COUNCIL)
"""Who may enact a set, and so may try one."""

Spread = Annotated[Whole, Query(ge=1, le=900, description="Khoảng đổi trọng số, phần nghìn. In thousandths.")]
NumberOfDraws = Annotated[Whole, Query(ge=1, le=1_000, description="Số lần rút. How many draws.")]


def routes(context: ServiceContext, trials: Trials) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter(responses=problems(401, 403, 404, 413, 422, 429))

    @router.post("/v1/rounds/{round}/trials", responses=problems(409))
    async def try_criteria_set(
        round: RoundId, body: TrialIn, asker: Annotated[Asker, allow(*OWN, reads="trial")]
    ) -> TrialOut:
        """Tính thử một bộ chỉ số trên số liệu của đợt: điểm, chỉ số và thứ hạng của mọi đơn vị; không ghi gì.

        What any set, in force or not, would give on the figures of a round: for every unit now, then, and the
        difference. The formula is the one that computes the index. Nothing is written.
        """
        known = await own_round(context, round, asker)
        tried_set = TriedSet(await trials.checked(body.criteria_set), body.figures, body.block)
        return trial_out(round, tried_set, await trials.trial(tried_set, known))

    @router.post("/v1/rounds/{round}/units/{unit}/trials", responses=problems(409))
    async def try_criteria_set_on_unit(
        round: RoundId, unit: UnitCode, body: OneTrialIn, asker: Annotated[Asker, allow(*OWN, reads="trial")]
    ) -> UnitTrialOut:
        """Tính thử một bộ chỉ số cho một đơn vị: từng tiêu chí hiện nay, theo bộ thử, và vì sao khác; không ghi gì.

        What a set would give one unit, row by row, and why: another maximum, another rule, new, gone, or figures that
        no longer fit.
        """
        known = await own_round(context, round, asker)
        block = block_of(known, unit)
        tried_set = TriedSet(await trials.checked(body.criteria_set), body.figures, block)
        (tried,) = await trials.trial(tried_set, known)
        found = next(each for each in tried.units if each.code == unit)
        shown = block_out(tried)
        return UnitTrialOut(
            round=round, criteria_set=tried_set.criteria_set.code, figures=body.figures, block=block, notes=shown.notes,
            total=unit_out(found), rows=[*map(row_out, found.rows)],
        )  # fmt: skip

    @router.get("/v1/rounds/{round}/rank-sensitivity", responses=problems(409))
    async def read_rank_sensitivity(
        round: RoundId,
        asker: Annotated[Asker, allow(*OWN, reads="trial")],
        block: OptionalCode = "",
        spread: Spread = 200,
        draws: NumberOfDraws = 1_000,
        seed: OptionalCode = "parindex",
    ) -> SensitivityOut:
        """Thứ hạng của một khối thay đổi thế nào khi trọng số các tiêu chí thay đổi; không ghi gì.

        How the ranks of a block depend on the weights of its criteria: the range of each unit's rank over draws of all
        weights, and how many units move when one weight alone does. The draws can be repeated from the answer.
        """
        known = await own_round(context, round, asker)
        of = block_in(known, block)
        wanted = Draws(spread, draws, seed)
        return sensitivity_out(known, of.code, wanted, await trials.sensitivity(known, of, wanted))

    return router


def block_in(known: KnownRound, code: str) -> Block:
    """Return a block of the round, the first one for ""; raise BlockUnknownError."""
    for block in known.blocks:
        if code in ("", block.code):
            return block
    raise BlockUnknownError(code, known.round)


def block_of(known: KnownRound, unit: str) -> str:
    """Return the block of a unit; raise UnitUnknownError."""
    for block in known.blocks:
        if any(each.code == unit for each in block.units):
            return block.code
    raise UnitUnknownError(unit, known.round)


async def own_round(context: ServiceContext, round_id: str, asker: Asker) -> KnownRound:
    """Return a round of the asker's authority; raise RoundUnknownError, ForbiddenError, TrainingNotTriedError."""
    known = await known_round(context.engine, round_id)
    asker.require(known.authority)
    if known.training:
        raise TrainingNotTriedError(round_id)
    return known
