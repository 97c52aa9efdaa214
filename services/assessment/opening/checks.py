"""Checks of the opening of a round, pure: every mistake is found at once."""

from collections.abc import Mapping
from typing import Final

from assessment.enacting.figures import is_surveyed, leaves_of
from assessment.enacting.mistakes import Mistakes
from assessment.opening.commands import OpenRound
from assessment.opening.deadlines import FIELDS, OF_TWO_APPRAISALS, Deadlines, deadlines_for, reversed_dates
from assessment.opening.responsibility import appraised_by_claimants, responsible
from parindex.auth.principal import covers, is_node
from parindex.contracts.applicability import excluded_leaves
from parindex.contracts.assessment import RoundUnit, press_window_of
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.extras import extras_of
from parindex.refusal import Place

DATES: Final = {
    "self_scoring_from": ("Ngày bắt đầu tự chấm điểm", "the beginning of self-scoring"),
    "self_scoring_until": ("Hạn tự chấm điểm", "the deadline of self-scoring"),
    "first_appraisal_until": ("Hạn thẩm định lần 1", "the deadline of appraisal 1"),
    "explanation_until": ("Hạn giải trình", "the deadline of the explanation"),
    "appraisal_until": ("Hạn thẩm định", "the deadline of the appraisal"),
}
"""The names of the dates in both languages, in texts about them."""

Scored = Mapping[tuple[str, str], bool]
"""Whether units and appraisers score a row, by its block and code."""
_NOT_APPRAISED: Final = (
    "Tiêu chí {} lấy từ điều tra xã hội học nên không có cơ quan thẩm định.",
    "Criterion {} comes from the survey, so no agency appraises it.",
)
_NOT_CLAIMED: Final = (
    "Tiêu chí {} lấy từ điều tra xã hội học nên không có cơ quan tự chấm.",
    "Criterion {} comes from the survey, so no agency claims it.",
)


def mistakes_in_round(command: OpenRound) -> list[Place]:
    """Return every mistake of the command, each with its JSON pointer."""
    mistakes = Mistakes()
    with mistakes:
        mistakes.check_code(command.round, "/round")
        _check_blocks(command, mistakes)
        _check_units(command, mistakes)
        scored = _scored(command)
        _check_appraisers(command, scored, mistakes)
        _check_claimants(command, scored, mistakes)
        _check_deadlines(command, mistakes)
        _check_window(command, mistakes)
    return mistakes.places


def _check_blocks(command: OpenRound, mistakes: Mistakes) -> None:
    mistakes.unless(bool(command.blocks), "/blocks", "Đợt chưa có khối nào.", "The round has no blocks.")
    mistakes.repeated([block.code for block in command.blocks], "/blocks", "code")
    for index, block in enumerate(command.blocks):
        pointer = f"/blocks/{index}"
        mistakes.check_code(block.code, f"{pointer}/code")
        mistakes.unless(bool(block.units), f"{pointer}/units", "Khối chưa có đơn vị nào.", "The block has no units.")
        mistakes.unless(
            block.criteria_set in command.sets, f"{pointer}/criteria_set",
            f"{command.authority} không có bộ chỉ số “{block.criteria_set}”.",
            f"{command.authority} has no criteria set “{block.criteria_set}”.",
        )  # fmt: skip


def _check_units(command: OpenRound, mistakes: Mistakes) -> None:
    seen: set[str] = set()
    for block_index, block in enumerate(command.blocks):
        for index, unit in enumerate(block.units):
            pointer = f"/blocks/{block_index}/units/{index}/code"
            if not is_node(unit.code) or not covers(command.authority, unit.code) or unit.code == command.authority:
                mistakes.add(
                    pointer, f"“{unit.code}” không phải là mã đơn vị thuộc {command.authority}.",
                    f"“{unit.code}” is no code of a unit under {command.authority}.",
                )  # fmt: skip
            mistakes.unless(
                unit.code not in seen, pointer, f"Đơn vị “{unit.code}” bị trùng.",
                f"The unit “{unit.code}” occurs twice in the round.",
            )  # fmt: skip
            seen.add(unit.code)
            at = f"/blocks/{block_index}/units/{index}/not_applicable"
            _check_not_applicable(unit, command.sets.get(block.criteria_set), at, mistakes)


def _check_not_applicable(unit: RoundUnit, of: CriteriaSet | None, pointer: str, mistakes: Mistakes) -> None:
    """Note codes that the set does not have, and a unit to which nothing of the scale applies."""
    if of is None or not unit.not_applicable:
        return
    known = {row.code for row in of.criteria}
    for index, code in enumerate(unit.not_applicable):
        at = f"{pointer}/{index}"
        mistakes.unless(code in known, at, f"Không có tiêu chí “{code}”.", f"There is no criterion “{code}”.")
        first = unit.not_applicable.index(code) == index
        mistakes.unless(first, at, f"“{code}” bị trùng.", f"“{code}” occurs twice.")
    beside = {code for area in extras_of(of).areas for code in area.leaves}
    leaves = {row.code for row in leaves_of(of)} - beside
    mistakes.unless(
        bool(leaves - excluded_leaves(of, unit.not_applicable)), pointer,
        f"Không còn tiêu chí nào áp dụng với đơn vị {unit.code}.", f"No criterion is left that applies to {unit.code}.",
    )  # fmt: skip


def _check_appraisers(command: OpenRound, scored: Scored, mistakes: Mistakes) -> None:
    mistakes.repeated([(entry.criterion, entry.block) for entry in command.appraisers], "/appraisers", "criterion")
    scopes = {"", *(block.code for block in command.blocks)}
    for index, entry in enumerate(command.appraisers):
        pointer = f"/appraisers/{index}"
        mistakes.unless(entry.block in scopes, f"{pointer}/block", *_no_block(entry.block))
        _check_agency(command, entry.appraiser, f"{pointer}/appraiser", mistakes)
        at = f"{pointer}/criterion"
        _check_criterion(entry.criterion, scored.get((entry.block, entry.criterion)), at, _NOT_APPRAISED, mistakes)


def _check_claimants(command: OpenRound, scored: Scored, mistakes: Mistakes) -> None:
    entries, scopes = command.claimants, {"", *(block.code for block in command.blocks)}
    named = [(entry.criterion, entry.block, entry.unit) for entry in entries]
    mistakes.repeated(named, "/claimants", "criterion")
    block_of = {unit.code: block.code for block in command.blocks for unit in block.units}
    for index, entry in enumerate(entries):
        pointer = f"/claimants/{index}"
        _check_agency(command, entry.claimant, f"{pointer}/claimant", mistakes)
        if entry.block and entry.unit:
            mistakes.add(f"{pointer}/unit", "Ghi một khối hoặc một đơn vị.", "It names a block or a unit, not both.")
        mistakes.unless(entry.block in scopes, f"{pointer}/block", *_no_block(entry.block))
        if entry.unit and entry.unit not in block_of:
            mistakes.add(f"{pointer}/unit", *_no_unit(entry.unit))
            continue
        known = scored.get((block_of.get(entry.unit, entry.block), entry.criterion))
        _check_criterion(entry.criterion, known, f"{pointer}/criterion", _NOT_CLAIMED, mistakes)
    if entries:
        _check_claimants_appraise_other_criteria(command, mistakes)


def _check_claimants_appraise_other_criteria(command: OpenRound, mistakes: Mistakes) -> None:
    given, places = responsible(command.appraisers, command.claimants), dict[int, Place]()
    at = {entry: index for index, entry in enumerate(command.claimants)}
    for block in command.blocks:
        if of := command.sets.get(block.criteria_set):
            rows = {row.code: row for row in of.criteria}
            criteria = [leaf.code for leaf in leaves_of(of) if not is_surveyed(leaf)]
            for entry, code, unit in appraised_by_claimants(given, block, rows, criteria, command.authority):
                vi = f"{entry.claimant} thẩm định tiêu chí {code} của {unit} nên không tự chấm tiêu chí đó."
                en = f"{entry.claimant} appraises criterion {code} of {unit}, so it does not claim it."
                places.setdefault(at[entry], Place(f"/claimants/{at[entry]}/claimant", vi, en))
    mistakes.take(places[index] for index in sorted(places))


def _check_agency(command: OpenRound, agency: str, pointer: str, mistakes: Mistakes) -> None:
    mistakes.unless(
        covers(command.authority, agency), pointer, f"“{agency}” không phải là cơ quan thuộc {command.authority}.",
        f"“{agency}” is no agency of {command.authority}.",
    )  # fmt: skip


def _scored(command: OpenRound) -> Scored:
    """Return the criteria by block ("" is every block), and of each whether units and appraisers score it anywhere.

    It is made once for all entries: there may be thousands, and each set has hundreds of rows.
    """
    own = {
        code: {row.code: not is_surveyed(row) for row in criteria_set.criteria}
        for code, criteria_set in command.sets.items()
    }
    scored: dict[tuple[str, str], bool] = {}
    for code in {block.criteria_set for block in command.blocks} & own.keys():
        scored |= {("", row): scored.get(("", row), False) or appraised for row, appraised in own[code].items()}
    for block in command.blocks:
        scored |= {(block.code, row): appraised for row, appraised in own.get(block.criteria_set, {}).items()}
    return scored


def _check_criterion(
    criterion: str,
    scored: bool | None,  # noqa: FBT001  # private
    pointer: str,
    surveyed: tuple[str, str],
    mistakes: Mistakes,
) -> None:
    if scored is None:
        mistakes.add(pointer, f"Không có tiêu chí “{criterion}”.", f"There is no criterion “{criterion}”.")
    elif not scored:
        mistakes.add(pointer, *(text.format(criterion) for text in surveyed))


def _no_block(block: str) -> tuple[str, str]:
    return f"Không có khối “{block}” trong đợt này.", f"There is no block “{block}” in this round."


def _no_unit(unit: str) -> tuple[str, str]:
    return f"Không có đơn vị “{unit}” trong đợt này.", f"There is no unit “{unit}” in this round."


def _check_deadlines(command: OpenRound, mistakes: Mistakes) -> None:
    _check_dates(command, command.deadlines, command.deadlines, "/deadlines", mistakes)
    entries = command.own_deadlines
    mistakes.repeated([(entry.block, entry.unit) for entry in entries], "/own_deadlines", "unit")
    blocks = {block.code for block in command.blocks}
    block_of = {unit.code: block.code for block in command.blocks for unit in block.units}
    for index, entry in enumerate(entries):
        pointer = f"/own_deadlines/{index}"
        if bool(entry.block) == bool(entry.unit):
            vi, en = "Ghi một khối hoặc một đơn vị.", "It has to name one block or one unit."
            mistakes.add(f"{pointer}/unit", vi, en)
        elif entry.block:
            mistakes.unless(entry.block in blocks, f"{pointer}/block", *_no_block(entry.block))
        else:
            mistakes.unless(entry.unit in block_of, f"{pointer}/unit", *_no_unit(entry.unit))
        if entry.deadlines == Deadlines():
            mistakes.add(pointer, "Chưa ghi thời hạn riêng nào.", "It gives no date.")
        block = entry.block or block_of.get(entry.unit, "")
        resulting = deadlines_for(command.deadlines, entries, block, entry.unit)
        _check_dates(command, entry.deadlines, resulting, pointer, mistakes)


def _check_dates(command: OpenRound, given: Deadlines, resulting: Deadlines, pointer: str, mistakes: Mistakes) -> None:
    """Note mistakes of the given dates: `resulting` has them together with those that they do not replace.

    The beginning may lie in the past: then the unit may claim at once.
    """
    for field, name in FIELDS.items():
        at = getattr(given, name)
        if at and at <= command.at and name != "self_scoring_from":
            mistakes.add(f"{pointer}/{field}", "Thời hạn đã qua.", "This deadline has passed.")
        if at and name in OF_TWO_APPRAISALS and not command.two_appraisals:
            mistakes.add(
                f"{pointer}/{field}", "Mốc này chỉ có khi đợt thẩm định hai lần.",
                "Only a round with two appraisals has this date.",
            )  # fmt: skip
    fields = {name: field for field, name in FIELDS.items()}
    for earlier, later in reversed_dates(resulting):
        if blamed := next((name for name in (later, earlier) if getattr(given, name)), ""):
            (vi, en), (vi_before, en_before) = DATES[later], DATES[earlier]
            mistakes.add(
                f"{pointer}/{fields[blamed]}",
                f"{vi} phải sau {vi_before.lower()}.",
                f"{en[0].upper()}{en[1:]} has to be after {en_before}.",
            )


def _check_window(command: OpenRound, mistakes: Mistakes) -> None:
    since, until = press_window_of(command.year, command.pressed_from, command.pressed_until)
    if since < until:
        return
    if command.pressed_from and command.pressed_until:
        vi, en = "Phải sau lúc bắt đầu tính lượt bấm.", "It has to be after the beginning of the window."
        mistakes.add("/press_window/until", vi, en)
    elif command.pressed_from:
        vi = f"Không nêu until thì lượt bấm được tính đến hết năm {command.year + 1}; phải trước lúc đó."
        en = f"Without `until` presses count to the end of {command.year + 1}; it has to be before that."
        mistakes.add("/press_window/from", vi, en)
    else:
        vi = f"Không nêu from thì lượt bấm được tính từ đầu năm {command.year}; phải sau lúc đó."
        en = f"Without `from` presses count from the beginning of {command.year}; it has to be after that."
        mistakes.add("/press_window/until", vi, en)
