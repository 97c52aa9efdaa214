"""What differs between two criteria sets, also in words: rows by code first, then those with another code. Pure.

`new`, `gone`, `changed` and `unchanged` hold every row of both sets. A row of the new set is new, renumbered, or has
its code in the old set; a row of the old set is gone, renumbered, or has its code in the new one. The function
`rebuilt` makes the new set from the old one.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import msgspec

from assessment.drafting.layout import CHOICES, CRITERION_COLUMNS, NUMBERS, SET_ITEMS
from assessment.enacting.mistakes import with_plain_numbers
from parindex.contracts.criteria import CriteriaSet, Criterion, RoundingPolicy, Steps
from parindex.numbers import exact
from parindex.values.texts import compared
from parindex.web.rule_words import rule_in_words, tie_key_in_words
from parindex.web.vietnamese import comma

_NAMED: Final[Mapping[str, Sequence[str]]] = {
    "renamed": ("name",),
    "moved": ("level", "parent"),
    "maximum": ("maximum",),
    "rule": ("rule",),
}
FACETS: Final[Mapping[str, Sequence[str]]] = {
    **_NAMED,
    "other": [
        name for name in Criterion.__struct_fields__ if name not in {"code", *chain.from_iterable(_NAMED.values())}
    ],
}
"""What may change in a row that stays, and the fields that say it. The place in the order belongs to `moved`."""
SETTINGS: Final = tuple(name for name in CriteriaSet.__struct_fields__ if name not in {"code", "criteria"})
"""The fields of a set beside its code and its rows."""

MOST_PER_CENT: Final = 100
SUM_OF_ROWS: Final = "Tổng của các dòng con"
ROW_LABELS: Final = {
    **CRITERION_COLUMNS,
    "rule": CRITERION_COLUMNS["kind"],
    "order": "Thứ tự",
    "code": "Đổi mã; cấp, tên và điểm tối đa như trước",
}
SETTING_LABELS: Final = {"rounding": "Làm tròn", "bands": "Xếp loại"}


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that is in both sets, and what changed in it: some of FACETS.

    `renumbered`: it has another code, and the same level, name and maximum. `reordered`: it is at another place among
    the rows that stay.
    """

    old: Criterion
    new: Criterion
    facets: tuple[str, ...]
    reordered: bool = False

    @property
    def renumbered(self) -> bool:
        return self.old.code != self.new.code


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A field of the set that differs, with both values as the contract has them."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class SetDifference:
    """What differs between an old set and a new one. `order`: the codes of the new set."""

    new: tuple[Criterion, ...]
    gone: tuple[Criterion, ...]
    changed: tuple[RowChange, ...]
    settings: tuple[SettingChange, ...]
    unchanged: int
    order: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.changed or self.settings)


def difference(old: CriteriaSet, new: CriteriaSet) -> SetDifference:
    """Return what differs between sets without mistakes. Their codes are no difference: each set has its own."""
    old, new = with_plain_numbers(old), with_plain_numbers(new)
    pairs = _pairs(old, new)
    reordered = _reordered(old, pairs)
    changes = [_change(before, after, pairs, after.code in reordered) for before, after in pairs.values()]
    changed = tuple(each for each in changes if each.facets or each.renumbered)
    stays = {before.code for before, _ in pairs.values()}
    return SetDifference(
        tuple(row for row in new.criteria if row.code not in pairs),
        tuple(row for row in old.criteria if row.code not in stays),
        changed,
        tuple(
            SettingChange(name, getattr(old, name), getattr(new, name))
            for name in SETTINGS
            if getattr(old, name) != getattr(new, name)
        ),
        len(pairs) - len(changed),
        tuple(row.code for row in new.criteria),
    )


def rebuilt(old: CriteriaSet, code: str, found: SetDifference) -> CriteriaSet:
    """Return the new set, made from the old one and the difference alone."""
    removed = {row.code for row in found.gone} | {each.old.code for each in found.changed}
    rows = {row.code: row for row in old.criteria if row.code not in removed}
    rows |= {row.code: row for row in (*found.new, *(each.new for each in found.changed))}
    settings = {each.name: each.new for each in found.settings}
    return msgspec.structs.replace(old, code=code, criteria=[rows[code] for code in found.order], **settings)


Key = Callable[[Criterion, Mapping[str, Criterion]], tuple[str, ...]]
"""What a row is found by, given the rows of its set by code."""
Pairs = Mapping[str, tuple[Criterion, Criterion]]
"""The rows that are in both sets, old and new, by the new code and in the new order."""


def _pairs(old: CriteriaSet, new: CriteriaSet) -> Pairs:
    """Return the rows that stay: by code; others by name and maximum, first with the names of the rows above."""
    before = {row.code: row for row in old.criteria}
    after = {row.code for row in new.criteria}
    left = {row.code: row for row in old.criteria if row.code not in after}
    come = {row.code: row for row in new.criteria if row.code not in before}
    known: dict[str, Criterion] = {row.code: before[row.code] for row in new.criteria if row.code in before}
    for key in (_with_names_above, _alone):
        olds, news = _only(old, left, key), _only(new, come, key)
        for same in olds.keys() & news.keys():
            known[news[same].code] = left.pop(olds[same].code)
            del come[news[same].code]
    return {row.code: (known[row.code], row) for row in new.criteria if row.code in known}


def _only(criteria_set: CriteriaSet, among: Mapping[str, Criterion], key: Key) -> dict[tuple[str, ...], Criterion]:
    """Return rows by key; a key that several rows have is left out, for nothing is guessed."""
    rows = {row.code: row for row in criteria_set.criteria}
    found: dict[tuple[str, ...], list[Criterion]] = {}
    for row in among.values():
        found.setdefault(key(row, rows), []).append(row)
    return {same: members[0] for same, members in found.items() if len(members) == 1}


def _alone(row: Criterion, rows: Mapping[str, Criterion]) -> tuple[str, ...]:  # noqa: ARG001  # a key
    return row.level, row.maximum, compared(row.name).casefold()


def _with_names_above(row: Criterion, rows: Mapping[str, Criterion]) -> tuple[str, ...]:
    names = _alone(row, rows)
    while row.parent:
        row = rows[row.parent]
        names = (*names, compared(row.name).casefold())
    return names


def _reordered(old: CriteriaSet, pairs: Pairs) -> set[str]:
    """Return the new codes of the rows that are outside the longest run of rows in the old order."""
    places = {row.code: place for place, row in enumerate(old.criteria)}
    codes = list(pairs)
    kept = _longest_rising([places[pairs[code][0].code] for code in codes])
    return {code for at, code in enumerate(codes) if at not in kept}


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """Return the places of a longest rising subsequence of different numbers."""
    ends: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_left(ends, number, key=numbers.__getitem__)
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [at]
    kept, at = set[int](), ends[-1] if ends else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept


def _change(old: Criterion, new: Criterion, pairs: Pairs, reordered: bool) -> RowChange:  # noqa: FBT001  # private
    """Return what changed in a row. That its parent is renumbered too is no move of a row that is renumbered."""
    seen = msgspec.structs.replace(new)
    if old.code != new.code and new.parent in pairs:
        seen = msgspec.structs.replace(new, parent=pairs[new.parent][0].code)
    facets = tuple(
        facet
        for facet, fields in FACETS.items()
        if any(getattr(old, name) != getattr(seen, name) for name in fields) or (facet == "moved" and reordered)
    )
    return RowChange(old, new, facets, reordered)


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A value that differs, in words. `field` is its code: a facet of a row, or a setting of the set."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowInWords:
    """A row that one of the two sets has alone."""

    code: str
    name: str
    maximum: str
    rule: str


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row of both sets that differs. `old_code`: another code with the same name and maximum, else the same code."""

    code: str
    old_code: str
    name: str
    fields: list[FieldDifference]


@dataclass(frozen=True, slots=True)
class DifferenceInWords:
    """What a set has otherwise than another one (`against`); each row of both is in one list, or is unchanged."""

    against: str
    code: str
    new: list[RowInWords]
    gone: list[RowInWords]
    changed: list[RowDifference]
    settings: list[FieldDifference]
    unchanged: int


def difference_in_words(old: CriteriaSet, new: CriteriaSet) -> DifferenceInWords:
    """Return what differs between two sets without mistakes, in words."""
    found = difference(old, new)
    return DifferenceInWords(
        old.code,
        new.code,
        [*map(_row_in_words, found.new)],
        [*map(_row_in_words, found.gone)],
        [RowDifference(each.new.code, each.old.code, each.new.name, _fields(each)) for each in found.changed],
        [_setting(each) for each in found.settings],
        found.unchanged,
    )


def _row_in_words(row: Criterion) -> RowInWords:
    return RowInWords(row.code, row.name, comma(row.maximum), rule_of(row))


def rule_of(row: Criterion) -> str:
    """Return the rule of a row in words."""
    return rule_in_words(row.rule, row.maximum, of_hundred=_of_hundred(row)) if row.rule else SUM_OF_ROWS


def _of_hundred(row: Criterion) -> bool:
    """Return whether the figure of a row is per cent: its name or its text says so, and no threshold is over 100."""
    said = f"{row.name} {row.rule_text}".casefold()
    percent = "%" in said or "tỷ lệ" in said or "tỉ lệ" in said
    return (
        percent and isinstance(row.rule, Steps) and all(exact(step.bound) <= MOST_PER_CENT for step in row.rule.steps)
    )


def _fields(change: RowChange) -> list[FieldDifference]:
    """Return the fields of a row that differ. One whose words are the same in both says its values as they are."""
    found = []
    if change.renumbered:
        found.append(FieldDifference("code", ROW_LABELS["code"], change.old.code, change.new.code))
    if change.reordered:
        vi = "Đổi chỗ trong thứ tự các dòng"
        found.append(FieldDifference("order", ROW_LABELS["order"], "", vi))
    for name in (name for facet in change.facets for name in FACETS[facet]):
        old, new = getattr(change.old, name), getattr(change.new, name)
        if old != new:
            said = _value(change.old, name), _value(change.new, name)
            said = said if said[0] != said[1] else (_plain(old), _plain(new))
            found.append(FieldDifference(name, ROW_LABELS.get(name, name), *said))
    return found


def _value(row: Criterion, name: str) -> str:
    """Return a field of a row in words."""
    value = getattr(row, name)
    if name == "rule":
        return rule_of(row)
    return comma(value) if name in NUMBERS else _in_words(name, value)


def _setting(change: SettingChange) -> FieldDifference:
    label = SETTING_LABELS.get(change.name) or SET_ITEMS.get(change.name, change.name)
    return FieldDifference(
        change.name, label, setting_in_words(change.name, change.old), setting_in_words(change.name, change.new)
    )


def setting_in_words(name: str, value: Any) -> str:
    """Return a field of a set in words."""
    if isinstance(value, RoundingPolicy):
        return f"{value.decimals} chữ số; {CHOICES['mode'][value.mode]}; {CHOICES['total'][value.total]}"
    if name == "bands":
        bands = [f"{band.name} từ {comma(band.at_least)}{band.block and f' (khối {band.block})'}" for band in value]
        return "; ".join(bands) or "Không xếp loại"
    if name == "tie_keys":
        return "; ".join(map(tie_key_in_words, value)) or "Không có"
    return _in_words(name, value)


def _in_words(name: str, value: Any) -> str:
    """Return a value in the words of the workbook, where it is one of a list."""
    if isinstance(value, bool):
        return "Có" if value else "Không"
    return CHOICES.get(name, {}).get(str(value), _plain(value))


def _plain(value: Any) -> str:
    """Return a value as the API has it."""
    built = msgspec.to_builtins(value)
    return built if isinstance(built, str) else msgspec.json.encode(built).decode()
