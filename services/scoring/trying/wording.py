"""A trial in words, in both languages: why a row differs, and what could not be computed. Pure.

API, page and command line have them from here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parindex.numbers import Mode, exact, round_exact
from parindex.wording import Wording
from scoring.computing.refusals import FAULTS
from scoring.trying.state import Basis
from scoring.trying.trial import Missing, TriedBlock, TriedRow, TriedUnit, Why

MOST_NAMED = 12
"""Codes that a sentence names; of more it says how many there are."""

BASES: dict[Basis, Wording] = {
    Basis.FOUND: Wording("kết quả thẩm định", "findings of the appraisal"),
    Basis.CLAIMED: Wording("số liệu đơn vị kê khai, coi như đều được chấp nhận", "claims, as if all were upheld"),
}
REASONS: dict[Why, Wording] = {
    Why.NEW: Wording("tiêu chí mới: đợt này chưa có số liệu", "a new row: this round has no figures for it"),
    Why.GONE: Wording("bộ này không còn tiêu chí này", "this set has no such row any more"),
    Why.OTHER_MAXIMUM: Wording("điểm tối đa khác", "another maximum"),
    Why.OTHER_RULE: Wording("cách tính khác", "another rule"),
    Why.OTHER_NAME: Wording(
        "cùng mã nhưng khác tên: hãy xem có còn là một tiêu chí không",
        "the same code under another name: see whether it is still the same row",
    ),
    Why.FIGURES_UNFIT: Wording("số liệu không còn phù hợp", "the figures no longer fit"),
    Why.OTHER_CONVENTION: Wording(
        "quy ước chung khác, hoặc giá trị cao nhất của khối khác", "another convention, or another greatest value"
    ),
}
MISSING: dict[Missing, Wording] = {
    Missing.NOT_APPRAISED: Wording("chưa hoàn thành thẩm định", "the appraisal is not completed"),
    Missing.NOT_CLAIMED: Wording("chưa nộp bản tự chấm", "nothing is claimed"),
}
COVERAGE: dict[Basis, Wording] = {
    Basis.FOUND: Wording(
        "{within} đơn vị đã hoàn thành thẩm định và được tính; {without} đơn vị chưa hoàn thành nên không có điểm, "
        "không có hạng.",
        "The appraisals of {within} units are completed, and they are computed; {without} units are not, and have no "
        "points and no rank.",
    ),
    Basis.CLAIMED: Wording(
        "{within} đơn vị đã nộp bản tự chấm và được tính; {without} đơn vị chưa nộp nên không có điểm, không có hạng.",
        "{within} units have claims, and are computed; {without} have none, and have no points and no rank.",
    ),
}
DIFFERENCE = Wording(
    "Chênh lệch là hiệu của hai chỉ số như đã in, không phải của hai chỉ số chưa làm tròn.",
    "The difference is that of the two indices as they are printed, not of the indices before rounding.",
)
"""The one rule of differences; `difference_of` computes by it."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many units of a trial have the figures that count, and how many have none, with a sentence that says so."""

    within: int
    without: int
    said: Wording


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason by its code, in words. Of figures that no longer fit the words name the fault."""

    code: str
    vi: str
    en: str


def coverage_of(blocks: Sequence[TriedBlock], basis: Basis) -> Coverage:
    """Return how many units of a trial are computed."""
    missing = [unit.missing is not None for block in blocks for unit in block.units]
    within, without = missing.count(False), missing.count(True)
    return Coverage(within, without, COVERAGE[basis].of(within=str(within), without=str(without)))


def missing_of(unit: TriedUnit) -> Reason | None:
    """Return why a unit has no points and no rank; None where it has the figures that count."""
    return Reason(unit.missing.value, *MISSING[unit.missing]) if unit.missing else None


def difference_of(unit: TriedUnit) -> str:
    """Return the difference of the two printed indices: "13.79", "-4.24"; empty where one of them is not there.

    A reader who subtracts what the page shows gets the same number.
    """
    now, then = (each.index if each else "" for each in (unit.ranked_now, unit.ranked_then))
    if not now or not then:
        return ""
    decimals = max(len(each.partition(".")[2]) for each in (now, then))
    return f"{round_exact(exact(then) - exact(now), decimals, Mode.HALF_UP):f}"


def reasons_of(row: TriedRow) -> list[Reason]:
    """Return why a row differs."""
    return [_reason(why, row.then.fault if row.then else "") for why in row.why]


def notes_on(block: TriedBlock) -> list[Reason]:
    """Return what a trial could not compute for a block, and what its reader has to know."""
    unfitting = [unit for unit in block.units if unit.codes(Why.FIGURES_UNFIT)]
    without = [unit for unit in block.units if unit.now is None and unit.missing is None]
    missing = {why: [unit for unit in block.units if unit.missing is why] for why in Missing}
    renamed = sorted({code for unit in block.units[:1] for code in unit.codes(Why.OTHER_NAME)})
    notes = [
        _note(
            Missing.NOT_APPRAISED, _codes(missing[Missing.NOT_APPRAISED]),
            "{count} đơn vị chưa hoàn thành thẩm định nên không có điểm, không có hạng: {named}.",
            "The appraisals of {count} units are not completed, so they have no points and no rank: {named}.",
        ),
        _note(
            Missing.NOT_CLAIMED, _codes(missing[Missing.NOT_CLAIMED]),
            "{count} đơn vị chưa nộp bản tự chấm nên không có điểm, không có hạng: {named}.",
            "{count} units have no claims, so they have no points and no rank: {named}.",
        ),
        _note(
            Why.NEW, block.new, "{count} tiêu chí mới chưa có số liệu nên được 0 điểm: {named}.",
            "{count} new rows have no figures, so they give 0 points: {named}.",
        ),
        _note(
            Why.GONE, block.gone, "{count} tiêu chí của bộ hiện hành không còn nên không tính: {named}.",
            "{count} rows of the set in force are gone and count for nothing: {named}.",
        ),
        _note(
            Why.OTHER_NAME, renamed, "{count} tiêu chí cùng mã nhưng khác tên; so sánh theo mã: {named}.",
            "{count} rows have the same code under another name; rows are compared by code: {named}.",
        ),
        _note(
            Why.FIGURES_UNFIT, _codes(unfitting),
            "{count} đơn vị có số liệu không còn phù hợp với bộ này nên các dòng đó được 0 điểm: {named}.",
            "{count} units have figures that no longer fit this set, so those rows give 0 points: {named}.",
        ),
        _note(
            "not-computed", _codes(without), "{count} đơn vị chưa có chỉ số hiện hành: {named}.",
            "{count} units have no index yet: {named}.",
        ),
        _note(
            "behind", _codes(unit for unit in block.units if unit.behind),
            "Số liệu của {count} đơn vị vừa thay đổi; hãy thử lại sau giây lát: {named}.",
            "The figures of {count} units have just changed; try again in a moment: {named}.",
        ),
    ]  # fmt: skip
    return [note for note in notes if note is not None]


def _codes(units: Iterable[TriedUnit]) -> list[str]:
    return [unit.code for unit in units]


def _note(code: str, named: Sequence[str], vi: str, en: str) -> Reason | None:
    if not named:
        return None
    more = len(named) - MOST_NAMED
    listed = ", ".join(named[:MOST_NAMED])
    said = Wording(vi, en).of(
        count=str(len(named)),
        named=Wording(
            listed + (f" và {more} mã khác" if more > 0 else ""), listed + (f" and {more} others" if more > 0 else "")
        ),
    )
    return Reason(str(code), said.vi, said.en)


def _reason(why: Why, fault: str) -> Reason:
    said = REASONS[why]
    if why is Why.FIGURES_UNFIT and fault in FAULTS:
        said = Wording(f"{said.vi}: {_inside(FAULTS[fault].vi)}", f"{said.en}: {_inside(FAULTS[fault].en)}")
    return Reason(why.value, said.vi, said.en)


def _inside(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
