"""Mistakes of a set that is tried: those that scoring can't compute with. Pure.

Enactment refuses more, such as sums that do not add up: that is for assessment to say, and a draft may be tried with
such a mistake in it.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec

from parindex.contracts.criteria import NUMBERS, AreaKind, CriteriaSet, Criterion, ExternalValue, Formula, Level
from parindex.contracts.expression import MAXIMUM, ExpressionWrongError, names_in, parse
from parindex.numbers import Mode, NotANumberError, Parts, declared
from parindex.numbers.rounding import MOST_DECIMALS
from parindex.refusal import Place, first_places
from parindex.values.fault import Fault
from parindex.values.texts import TextRule

LONGEST_MESSAGE = 300
TEXT = TextRule(20_000, lines=True)
"""Any text of a set. Enactment has a rule for each; here a text is only shown."""
MOST_ROWS = 2_000
"""As an enacted set has."""


def read_tried_set(values: object, root: str = "") -> tuple[CriteriaSet | None, list[Place]]:
    """Return the set in a body whose texts are right, or its mistakes with their places beneath `root`."""
    try:
        criteria_set = msgspec.convert(values, CriteriaSet)
    except msgspec.ValidationError as error:
        return None, [_misshapen(str(error), root)]
    if len(criteria_set.criteria) > MOST_ROWS:
        vi, en = f"Nhiều nhất {MOST_ROWS} dòng.", f"At most {MOST_ROWS} rows."
        return None, [Place(f"{root}/criteria", vi, en)]
    found = chain(_unknown(criteria_set, values, ""), _mistakes(criteria_set))
    places = first_places(Place(root + place.at, place.vi, place.en) for place in found)
    return (None, places) if places else (criteria_set, [])


def texts_at_fault(value: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Fault]]:
    """Yield the texts with characters that no text may have, such as half a surrogate pair, which JSON may name."""
    if isinstance(value, str):
        tidied = value if len(value) > TEXT.longest else TEXT.tidy(value)  # a long text is refused before it costs
        if fault := TEXT.fault(tidied):
            yield at, fault
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts_at_fault(item, (*at, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            place = (*at, str(key)[:100].encode("utf-8", "replace").decode())
            yield from texts_at_fault(key, place)
            yield from texts_at_fault(item, place)


def _unknown(known: object, given: object, pointer: str) -> Iterator[Place]:
    """Yield the fields that the contract does not have: a set may not become another one by a misspelt name."""
    if isinstance(known, list) and isinstance(given, list):
        for index, (item, sent) in enumerate(zip(known, given, strict=True)):
            yield from _unknown(item, sent, f"{pointer}/{index}")
    elif isinstance(known, msgspec.Struct) and isinstance(given, dict):
        names = {field.encode_name: field.name for field in msgspec.structs.fields(known)}
        tag = known.__struct_config__.tag_field
        for name, sent in given.items():
            if name in names:
                yield from _unknown(getattr(known, names[name]), sent, f"{pointer}/{name}")
            elif name != tag:
                yield Place(f"{pointer}/{name[:100]}", "Không có trường này.", "There is no such field.")


def _misshapen(message: str, root: str) -> Place:
    said, _, at = message[:LONGEST_MESSAGE].partition(" - at `$")
    pointer = at.rstrip("`").replace("[...]", "").replace("[", "/").replace("]", "").replace(".", "/")
    return Place(root + pointer, f"Không đúng dạng của một bộ chỉ số: {said}.", f"Not of the form of a set: {said}.")


def _mistakes(criteria_set: CriteriaSet) -> Iterator[Place]:
    yield from _in_numbers(msgspec.to_builtins(criteria_set), "")
    yield from _in_tree(criteria_set)
    for at, row in enumerate(criteria_set.criteria):
        yield from _in_rule(row, f"/criteria/{at}/rule")
    rounding = criteria_set.rounding
    modes, parts = [*map(str, Mode)], [*map(str, Parts)]
    if rounding.mode not in modes or rounding.total not in parts or not 0 <= rounding.decimals <= MOST_DECIMALS:
        yield Place("/rounding", "Không có cách làm tròn này.", "There is no such rounding.")


def _in_numbers(value: Any, pointer: str) -> Iterator[Place]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _in_numbers(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in NUMBERS and isinstance(item, str):
                yield from _in_number(item, f"{pointer}/{key}")
            else:
                yield from _in_numbers(item, f"{pointer}/{key}")


def _in_number(text: str, pointer: str) -> Iterator[Place]:
    try:
        declared(text)
    except NotANumberError as refused:
        yield Place(pointer, refused.vi, refused.en)


def _in_tree(criteria_set: CriteriaSet) -> Iterator[Place]:
    rows = {row.code: row for row in criteria_set.criteria}
    times = Counter(row.code for row in criteria_set.criteria)
    if all(row.rule is None for row in criteria_set.criteria):
        yield Place("/criteria", "Bộ chỉ số chưa có tiêu chí được chấm.", "The set has no row that is scored.")
    for at, row in enumerate(criteria_set.criteria):
        if times[row.code] > 1:
            yield Place(f"/criteria/{at}/code", f"“{row.code}” bị trùng.", f"“{row.code}” occurs more than once.")
        if row.parent and row.parent in rows and not _is_above(rows[row.parent], row):
            yield Place(
                f"/criteria/{at}/parent", f"Dòng cha “{row.parent}” không ở cấp trên của dòng này.",
                f"The parent “{row.parent}” is not of a level above the row.",
            )  # fmt: skip
        elif row.parent and (row.parent not in rows or rows[row.parent].rule is not None):
            yield Place(
                f"/criteria/{at}/parent", f"Không có dòng cha “{row.parent}”, hoặc dòng đó tự được chấm.",
                f"There is no row “{row.parent}”, or it is scored itself.",
            )  # fmt: skip
        if row.area_kind is not AreaKind.ORDINARY and row.level is not Level.AREA:
            yield Place(
                f"/criteria/{at}/area_kind", "Chỉ lĩnh vực mới là điểm thưởng hoặc điểm trừ.",
                "Only an area is a bonus or a penalty.",
            )  # fmt: skip


def _is_above(parent: Criterion, row: Criterion) -> bool:
    levels = [*Level]
    return levels.index(parent.level) < levels.index(row.level)


def _in_rule(row: Criterion, pointer: str) -> Iterator[Place]:
    match row.rule:
        case Formula(variables=variables, expression=expression):
            try:
                unknown = {*names_in(parse(expression))} - {variable.figure for variable in variables} - {MAXIMUM}
            except ExpressionWrongError as error:
                yield Place(f"{pointer}/expression", error.vi, error.en)
            else:
                for name in sorted(unknown):
                    yield Place(f"{pointer}/expression", f"Không có biến “{name}”.", f"There is no variable “{name}”.")
        case ExternalValue(out_of=out_of) if not out_of.strip("-0."):
            yield Place(f"{pointer}/out_of", "Thang điểm phải lớn hơn 0.", "The scale has to be more than 0.")
