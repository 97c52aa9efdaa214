"""A year as one workbook holds it: a set, and the round that opens with it; and the year after it. Pure."""

import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from assessment.opening.deadlines import FIELDS, NAMES, NO_DEADLINES, Deadlines, OwnDeadlines
from assessment.opening.responsibility import CriterionAppraiser
from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet
from parindex.instant import instant
from parindex.values.identifiers import ID
from parindex.web.vietnamese import local


@dataclass(frozen=True, slots=True)
class Year:
    """A criteria set, and the round that the office opens with it. Instants are as in the log; "" stands for none.

    A block whose `criteria_set` is another one uses a set that is in force already.
    """

    criteria_set: CriteriaSet
    round: str
    year: int
    title: str
    reference: str
    blocks: tuple[Block, ...]
    appraisers: tuple[CriterionAppraiser, ...] = ()
    deadlines: Deadlines = NO_DEADLINES
    own_deadlines: tuple[OwnDeadlines, ...] = ()
    pressed_from: str = ""
    pressed_until: str = ""
    four_eyes: bool = False
    approval: bool = False
    two_appraisals: bool = False
    training: bool = False
    council: bool = False


def body_of(of: Year, authority: str) -> dict[str, Any]:
    """Return the body that opens the round of a year."""
    window = {"from": of.pressed_from or None, "until": of.pressed_until or None}
    return {
        "authority": authority,
        "round": of.round,
        "year": of.year,
        "title": of.title,
        "reference": of.reference,
        "blocks": msgspec.to_builtins(list(of.blocks)),
        "appraisers": msgspec.to_builtins(list(of.appraisers)),
        "deadlines": _dates(of.deadlines),
        "own_deadlines": [{"block": own.block, "unit": own.unit, **_dates(own.deadlines)} for own in of.own_deadlines],
        "press_window": window if any(window.values()) else None,
        "four_eyes": of.four_eyes,
        "approval": of.approval,
        "two_appraisals": of.two_appraisals,
        "training": of.training,
        "council": of.council,
    }


def next_year(of: Year) -> Year:
    """Return the year after a year, as a beginning for the office: the number of the year and all instants move on.

    The set keeps its code, so that it stays in force while nothing of it is changed: a copy under a new code would be
    another set of an old decision. The reference of the round is emptied, because each year has its own plan. A number
    before "/" is no year: it is that of a document, as in "2026/QĐ-UBND". The round after a training round is a real
    one.
    """
    old, new = str(of.year), str(of.year + 1)

    def moved(text: str) -> str:
        return re.sub(rf"(?<!\d){old}(?!\d|\s*/)", new, text)

    round_id = moved(of.round)
    return replace(
        of,
        round=round_id if round_id != of.round else f"{of.round[: ID.longest - len(new) - 1]}-{new}",
        year=of.year + 1,
        title=moved(of.title),
        reference="",
        training=False,
        deadlines=_moved(of.deadlines),
        own_deadlines=tuple(replace(own, deadlines=_moved(own.deadlines)) for own in of.own_deadlines),
        pressed_from=_a_year_on(of.pressed_from),
        pressed_until=_a_year_on(of.pressed_until),
    )


def year_with(of: Year, criteria_set: CriteriaSet) -> Year:
    """Return a year with another set, which the blocks of the old one use; rows that it lacks are named nowhere."""
    before, rows = of.criteria_set.code, {row.code for row in criteria_set.criteria}
    blocks = tuple(
        msgspec.structs.replace(
            block,
            criteria_set=criteria_set.code,
            units=[
                msgspec.structs.replace(unit, not_applicable=[row for row in unit.not_applicable if row in rows])
                for unit in block.units
            ],
        )
        if block.criteria_set == before
        else block
        for block in of.blocks
    )
    appraisers = tuple(entry for entry in of.appraisers if entry.criterion in rows)
    return replace(of, criteria_set=criteria_set, blocks=blocks, appraisers=appraisers)


def _dates(of: Deadlines) -> dict[str, str | None]:
    return {field: getattr(of, name) or None for field, name in FIELDS.items()}


def _moved(of: Deadlines) -> Deadlines:
    return Deadlines(*(_a_year_on(getattr(of, name)) for name in NAMES))


def _a_year_on(at: str) -> str:
    """Return the same time of the same day a year later; of 29 February, that of the 28th."""
    if not at:
        return ""
    here = local(at)
    leap = (here.month, here.day) == (2, 29)
    return instant(here.replace(year=here.year + 1, day=28 if leap else here.day))
