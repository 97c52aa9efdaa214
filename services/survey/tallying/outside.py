"""Results of outside surveys, checked row by row against the round and the tallies so far. Pure.

Every mistake is named at once, with its place; the sender corrects a table of a hundred rows at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from parindex.contracts.survey import MOST_GROUPS
from parindex.numbers import NotANumberError, declared, exact, to_wire
from parindex.refusal import Place, first_places
from survey.admitting.questions import Asked, QuestionKey, options_for
from survey.admitting.state import KIOSK, OUTSIDE, Survey, UnitTallies
from survey.tallying.commands import BringInTallies
from survey.tallying.refusals import KioskCountsError, TalliesInvalidError
from survey.tallying.state import OutsideTally


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """One result as it was sent: a score out of a maximum, or counts by option."""

    unit: str
    question: str
    group: str
    score: str | None
    out_of: str | None
    counts: tuple[tuple[str, int], ...] | None


def units_in(rows: Iterable[OutsideRow], survey: Survey) -> list[str]:
    """Return the units of the round that the rows are about."""
    known = set(survey.units())
    return sorted({row.unit for row in rows} & known)


def to_bring_in(
    round_id: str,
    rows: Sequence[OutsideRow],
    survey: Survey,
    by_unit: Mapping[str, UnitTallies],
    pressed: Collection[tuple[str, QuestionKey]] = (),
) -> list[BringInTallies]:
    """Return what to bring in, unit by unit; raise TalliesInvalidError, KioskCountsError.

    `pressed`: the units and questions for which presses are on record that the by_unit don't hold yet.
    """
    asked = survey.asked_by_unit()
    mistakes = (place for at, row in enumerate(rows) for place in _mistakes(f"/{at}", row, asked))
    if places := first_places(chain(_twice(rows), mistakes, _many_groups(rows, by_unit))):
        raise TalliesInvalidError(places)
    if places := first_places(
        place for at, row in enumerate(rows) for place in _counted_here(at, row, by_unit[row.unit], pressed)
    ):
        raise KioskCountsError(places)
    tallies: dict[str, list[OutsideTally]] = defaultdict(list)
    for row in rows:
        tallies[row.unit].append(_tally(row))
    return [BringInTallies(round_id, unit, tuple(tallies[unit])) for unit in sorted(tallies)]


def _twice(rows: Sequence[OutsideRow]) -> Iterator[Place]:
    seen: dict[tuple[str, str, str], int] = {}
    for at, row in enumerate(rows):
        first = seen.setdefault((row.unit, row.question, row.group), at)
        if first != at:
            yield Place(f"/{at}", f"Trùng với dòng /{first}.", f"The same as row /{first}.")


def _many_groups(rows: Sequence[OutsideRow], by_unit: Mapping[str, UnitTallies]) -> Iterator[Place]:
    """Point at each row that brings one respondent group more than a question may have at a unit."""
    groups: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for unit, tallies in by_unit.items():
        for line in tallies.lines:
            if line.origin == OUTSIDE:
                groups[unit, line.question].add(line.group)
    for at, row in enumerate(rows):
        known = groups[row.unit, row.question]
        known.add(row.group)
        if len(known) > MOST_GROUPS:
            known.discard(row.group)
            vi = f"Mỗi câu hỏi có nhiều nhất {MOST_GROUPS} nhóm trả lời ở một đơn vị."
            yield Place(f"/{at}/group", vi, f"A question has at most {MOST_GROUPS} respondent groups at a unit.")


def _mistakes(at: str, row: OutsideRow, asked: Mapping[str, tuple[Asked, ...]]) -> Iterator[Place]:
    if row.unit not in asked:
        yield Place(f"{at}/unit", "Đơn vị không thuộc đợt này.", "This unit is not in the round.")
        return
    yield from mistakes_in_row(at, row, asked[row.unit])


def mistakes_in_row(at: str, row: OutsideRow, asked: Iterable[Asked]) -> Iterator[Place]:
    """Yield the mistakes of a result by what its unit is asked; `at` is the place of the row."""
    options = options_for(asked, row.question, row.group)
    if options is None:
        vi, en = "Bộ chỉ số của đơn vị không hỏi câu này.", "The unit's criteria set does not ask this."
        yield Place(f"{at}/question", vi, en)
        return
    if row.counts is not None and row.score is None and row.out_of is None:
        yield from _wrong_counts(at, row.counts, options)
    elif row.counts is None and row.score is not None and row.out_of is not None:
        yield from _wrong_score(at, row.score, row.out_of)
    else:
        yield Place(at, "Cần score và out_of, hoặc counts.", "Give score and out_of, or else counts.")


def _wrong_score(at: str, score: str, out_of: str) -> Iterator[Place]:
    wrong = [
        place for member, text in (("score", score), ("out_of", out_of)) for place in _not_a_number(at, member, text)
    ]
    if wrong:
        yield from wrong
        return
    if exact(out_of) <= 0:
        yield Place(f"{at}/out_of", "Phải lớn hơn 0.", "It has to be greater than 0.")
    elif not 0 <= exact(score) <= exact(out_of):
        yield Place(f"{at}/score", f"Phải từ 0 đến {out_of}.", f"It has to be from 0 to {out_of}.")


def _not_a_number(at: str, member: str, text: str) -> Sequence[Place]:
    try:
        declared(text)
    except NotANumberError as error:
        return [Place(f"{at}/{member}", error.vi, error.en)]
    return []


def _wrong_counts(at: str, counts: Sequence[tuple[str, int]], options: tuple[str, ...]) -> Iterator[Place]:
    if not options:
        vi = "Bộ chỉ số không nêu tỷ lệ cho phương án nào; hãy nạp score và out_of."
        yield Place(f"{at}/counts", vi, "The criteria set gives no option a share; give score and out_of.")
        return
    named = [option for option, _ in counts]
    for index, option in enumerate(named):
        if option not in options:
            choice = ", ".join(options)
            yield Place(f"{at}/counts/{index}/option", f"Chỉ được là: {choice}.", f"It may be: {choice}.")
        elif option in named[:index]:
            yield Place(f"{at}/counts/{index}/option", f"“{option}” bị trùng.", f"“{option}” occurs twice.")


def _counted_here(
    at: int, row: OutsideRow, tallies: UnitTallies, pressed: Collection[tuple[str, QuestionKey]]
) -> Iterator[Place]:
    key = (row.question, row.group)
    if tallies.line(*key).origin == KIOSK or (row.unit, key) in pressed:
        yield Place(f"/{at}/question", "Đã có lượt bấm kiosk.", "Kiosks have counted for this.")


def _tally(row: OutsideRow) -> OutsideTally:
    if row.counts is not None:
        return OutsideTally(row.question, row.group, counts=row.counts)
    return OutsideTally(row.question, row.group, to_wire(exact(row.score or "")), to_wire(exact(row.out_of or "")))
