"""Queries for the sets of an authority, for one set in words, and for what differs between two sets, in words."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from assessment.drafting.differences import DifferenceInWords, difference_in_words, rule_of, setting_in_words
from assessment.drafting.layout import CHOICES, SET_ITEMS
from assessment.enacting.figures import is_surveyed, wanted_figures
from assessment.enacting.queries import criteria_set_of, criteria_sets_of, enacted_sets
from assessment.opening.queries import listed_rounds, names_in_rounds, rounds_of
from assessment.registering.queries import register_or_none
from parindex.auth import covers
from parindex.canonical import canonical
from parindex.contracts.criteria import AreaKind, CriteriaSet, Criterion, Level, SurveyPoints
from parindex.eventstore.log import Log
from parindex.instant import instant
from parindex.numbers import exact, to_wire
from parindex.service import ServiceContext
from parindex.values.days import day_in_vietnam
from parindex.web.parts import SummaryRow
from parindex.web.rule_words import area_name
from parindex.web.vietnamese import comma

LEVELS: Final = {Level.AREA: "lĩnh vực", Level.CRITERION: "tiêu chí", Level.COMPONENT: "tiêu chí thành phần"}
ROUNDS_OF_NAMES: Final = 5
"""Rounds, the newest first, in which the name of an authority is looked for."""
POLICIES: Final = ("mode", "total", "ties", "ranked_from", "not_applicable")


@dataclass(frozen=True, slots=True)
class UsingRound:
    """A round with a block that uses the set."""

    round: str
    title: str


@dataclass(frozen=True, slots=True)
class ListedSet:
    """A set in force: its rows by level, the sum of its areas, and the rounds that use it, newest first."""

    code: str
    authority: str
    title: str
    reference: str
    enacted_at: str
    areas: int
    criteria: int
    components: int
    maximum: str
    rounds: list[UsingRound]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the set in words."""

    name: str
    maximum: str
    rule: str
    text: str
    figures: str
    reference: str


@dataclass(frozen=True, slots=True)
class ShownArea:
    """An area with its rows, in the order of the set. `points`: its maximum in words."""

    name: str
    points: str
    reference: str
    rows: Sequence[ShownRow]


@dataclass(frozen=True, slots=True)
class ShownSet:
    """A set as a page shows it."""

    summary: Sequence[SummaryRow]
    areas: Sequence[ShownArea]
    conventions: Sequence[SummaryRow]
    bands: Sequence[tuple[str, str, str]]


async def sets_of(engine: AsyncEngine, log: Log, authority: str) -> list[ListedSet]:
    """Return the sets of an authority and of those below it, the newest first."""
    listed = [each for each in await enacted_sets(engine) if covers(authority, each.authority)]
    enacted = await criteria_sets_of(log, [each.code for each in listed])
    using = await rounds_by_set(engine, log) if listed else {}
    found = []
    for each in listed:
        criteria_set = enacted[each.code].criteria_set
        levels = Counter(row.level for row in criteria_set.criteria)
        found.append(
            ListedSet(
                each.code, each.authority, each.title, each.reference, each.enacted_at,
                levels[Level.AREA], levels[Level.CRITERION], levels[Level.COMPONENT],
                maximum_of(criteria_set), using.get(each.code, []),
            )
        )  # fmt: skip
    return found


async def rounds_by_set(engine: AsyncEngine, log: Log) -> Mapping[str, list[UsingRound]]:
    """Return the rounds with a block that uses a set, by its code, the newest first."""
    using: dict[str, list[UsingRound]] = {}
    for found in await rounds_of(log, [one.round for one in await listed_rounds(engine)]):
        for code in dict.fromkeys(block.criteria_set for block in found.opened.blocks):
            using.setdefault(code, []).append(UsingRound(found.opened.round, found.opened.shown_title))
    return using


def digest_of_draft(criteria_set: CriteriaSet) -> str:
    """Return the SHA-256, hex, of a set with its wording: the page and the form name by it what was shown."""
    return hashlib.sha256(canonical(criteria_set)).hexdigest()


async def authority_called(context: ServiceContext, authority: str) -> str:
    """Return the name of an authority with its code, "Sở Nội vụ (H16.01)"; its code where no name is known.

    An authority has a name where one above it has it in its register, or in a round.
    """
    parts = authority.split(".")
    today = day_in_vietnam(instant(context.now()))
    for length in range(1, len(parts)):
        register, _ = await register_or_none(context.log, ".".join(parts[:length]))
        if found := register.on(today).get(authority):
            return f"{found.name} ({authority})"
    above = [each.round for each in await listed_rounds(context.engine) if _is_above(each.authority, authority)]
    for names in (await names_in_rounds(context.log, above[:ROUNDS_OF_NAMES])).values():
        if authority in names.units:
            return f"{names.units[authority]} ({authority})"
    return authority


def _is_above(one: str, other: str) -> bool:
    return one != other and covers(one, other)


def maximum_of(criteria_set: CriteriaSet) -> str:
    """Return the scale: the sum of the areas, in points, without bonus and penalty areas."""
    areas = (row for row in criteria_set.criteria if row.level is Level.AREA and row.area_kind is AreaKind.ORDINARY)
    return to_wire(sum((exact(row.maximum) for row in areas), start=exact("0")))


def counted(levels: Iterable[tuple[Level, int]]) -> str:
    """Return how many rows of each level there are: "8 lĩnh vực, 38 tiêu chí"."""
    return ", ".join(f"{count} {LEVELS[level]}" for level, count in levels if count)


def shown_set(criteria_set: CriteriaSet) -> ShownSet:
    """Return a set without mistakes as a page shows it."""
    return ShownSet(_summary(criteria_set), _areas(criteria_set), conventions_of(criteria_set), _bands(criteria_set))


def conventions_of(criteria_set: CriteriaSet) -> list[SummaryRow]:
    """Return how the set rounds, ranks, and treats what does not apply, in the words of the workbook."""
    rounding = criteria_set.rounding
    decimals = SummaryRow(SET_ITEMS["decimals"], str(rounding.decimals))
    values = {name: str(getattr(rounding if name in {"mode", "total"} else criteria_set, name)) for name in POLICIES}
    said = {"tie_keys": criteria_set.tie_keys, "index_above_hundred": criteria_set.index_above_hundred}
    return [
        decimals,
        *(SummaryRow(SET_ITEMS[name], CHOICES[name][value]) for name, value in values.items()),
        *(SummaryRow(SET_ITEMS[name], setting_in_words(name, value)) for name, value in said.items() if value != []),
    ]


def _summary(criteria_set: CriteriaSet) -> list[SummaryRow]:
    levels = Counter(row.level for row in criteria_set.criteria)
    surveyed = sum((exact(row.maximum) for row in criteria_set.criteria if is_surveyed(row)), start=exact("0"))
    return [
        SummaryRow(SET_ITEMS["code"], criteria_set.code),
        SummaryRow(SET_ITEMS["reference"], criteria_set.reference),
        SummaryRow("Nội dung", counted((level, levels[level]) for level in Level)),
        SummaryRow("Tổng điểm tối đa", comma(maximum_of(criteria_set))),
        SummaryRow("Trong đó điều tra xã hội học", comma(to_wire(surveyed))),
    ]


def _areas(criteria_set: CriteriaSet) -> list[ShownArea]:
    rows = {row.code: row for row in criteria_set.criteria}
    members: dict[str, list[Criterion]] = {row.code: [] for row in criteria_set.criteria if row.level is Level.AREA}
    for row in criteria_set.criteria:
        if row.level is not Level.AREA:
            top = row
            while top.parent:
                top = rows[top.parent]
            members[top.code].append(row)
    return [
        ShownArea(f"{code} {area_name(rows[code])}", _points_of(rows[code]), rows[code].reference, [*map(_row, of_it)])
        for code, of_it in members.items()
    ]


def _points_of(area: Criterion) -> str:
    """Return the points of an area in words; of a bonus or penalty area that they are a sum, and not its cap."""
    points = f"{comma(area.maximum)} điểm"
    return points if area.area_kind is AreaKind.ORDINARY else f"các dòng cộng lại {points}"


def _row(row: Criterion) -> ShownRow:
    return ShownRow(
        f"{row.code} {row.name}", comma(row.maximum), rule_of(row), row.rule_text, _figures(row), row.reference
    )


def _figures(row: Criterion) -> str:
    """Return what a unit declares for a row, in words; alternatives are joined by "hoặc"."""
    if row.rule is None:
        return ""
    if isinstance(row.rule, SurveyPoints):
        group = f", nhóm {row.rule.group}" if row.rule.group else ""
        return f"Không kê khai: lấy từ điều tra, câu hỏi {row.rule.question}{group}"
    said = " hoặc ".join(", ".join(figure.label for figure in wanted) for wanted in wanted_figures(row.rule) if wanted)
    return f"{said}; kèm tài liệu kiểm chứng" if row.evidence_required else said


def _bands(criteria_set: CriteriaSet) -> list[tuple[str, str, str]]:
    return [(band.name, comma(band.at_least), band.block or "mọi khối") for band in criteria_set.bands]


async def difference_from(log: Log, against: str, new: CriteriaSet) -> DifferenceInWords:
    """Return what a set has otherwise than one in force. Raises CriteriaSetUnknownError."""
    return difference_in_words((await criteria_set_of(log, against)).criteria_set, new)
