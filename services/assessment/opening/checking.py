"""Whether a round can be opened as wished. Pure; finds every mistake at once."""

from assessment.enacting.figures import is_surveyed
from assessment.enacting.mistakes import Mistakes
from assessment.opening.commands import OpenRound
from parindex.auth.principal import covers, is_node
from parindex.refusal import Place


def mistakes_in(command: OpenRound) -> list[Place]:
    """Return every mistake of the wish, each with its JSON pointer."""
    mistakes = Mistakes()
    mistakes.check_code(command.round, "/round")
    _check_blocks(command, mistakes)
    _check_units(command, mistakes)
    _check_appraisers(command, mistakes)
    _check_deadlines(command, mistakes)
    _check_window(command, mistakes)
    return mistakes.places


def _check_blocks(command: OpenRound, mistakes: Mistakes) -> None:
    mistakes.unless(bool(command.blocks), "/blocks", "Đợt chưa có khối nào.", "The round has no blocks.")
    mistakes.repeated([block.code for block in command.blocks], "/blocks", "code")
    for index, block in enumerate(command.blocks):
        at = f"/blocks/{index}"
        mistakes.check_code(block.code, f"{at}/code")
        mistakes.unless(bool(block.units), f"{at}/units", "Khối chưa có đơn vị nào.", "The block has no units.")
        mistakes.unless(
            block.criteria_set in command.sets, f"{at}/criteria_set",
            f"{command.authority} không có bộ chỉ số “{block.criteria_set}”.",
            f"{command.authority} has no criteria set “{block.criteria_set}”.",
        )  # fmt: skip


def _check_units(command: OpenRound, mistakes: Mistakes) -> None:
    seen: set[str] = set()
    for block_index, block in enumerate(command.blocks):
        for index, unit in enumerate(block.units):
            at = f"/blocks/{block_index}/units/{index}/code"
            if not is_node(unit.code) or not covers(command.authority, unit.code) or unit.code == command.authority:
                mistakes.add(
                    at, f"“{unit.code}” không phải là mã đơn vị thuộc {command.authority}.",
                    f"“{unit.code}” is no code of a unit under {command.authority}.",
                )  # fmt: skip
            mistakes.unless(
                unit.code not in seen, at, f"Đơn vị {unit.code} đã có trong đợt này.",
                f"Unit {unit.code} stands in this round already.",
            )  # fmt: skip
            seen.add(unit.code)


def _check_appraisers(command: OpenRound, mistakes: Mistakes) -> None:
    mistakes.repeated([(entry.criterion, entry.block) for entry in command.appraisers], "/appraisers", "criterion")
    blocks = {block.code for block in command.blocks}
    for index, entry in enumerate(command.appraisers):
        at = f"/appraisers/{index}"
        mistakes.unless(
            entry.block in {"", *blocks}, f"{at}/block", f"Không có khối “{entry.block}” trong đợt này.",
            f"There is no block “{entry.block}” in this round.",
        )  # fmt: skip
        mistakes.unless(
            covers(command.authority, entry.appraiser), f"{at}/appraiser",
            f"“{entry.appraiser}” không phải là cơ quan thuộc {command.authority}.",
            f"“{entry.appraiser}” is no agency of {command.authority}.",
        )  # fmt: skip
        _check_criterion(command, entry.criterion, entry.block, f"{at}/criterion", mistakes)


def _check_criterion(command: OpenRound, criterion: str, scope: str, at: str, mistakes: Mistakes) -> None:
    codes = {block.criteria_set for block in command.blocks if scope in ("", block.code)}
    rows = [row for code in codes & command.sets.keys() for row in command.sets[code].criteria if row.code == criterion]
    if not rows:
        mistakes.add(at, f"Không có tiêu chí “{criterion}”.", f"There is no criterion “{criterion}”.")
    elif all(is_surveyed(row) for row in rows):
        mistakes.add(
            at, f"Tiêu chí {criterion} lấy từ điều tra xã hội học nên không có cơ quan thẩm định.",
            f"Criterion {criterion} comes from the survey, so nobody appraises it.",
        )  # fmt: skip


def _check_deadlines(command: OpenRound, mistakes: Mistakes) -> None:
    first, second = command.self_scoring_until, command.appraisal_until
    for name, deadline in (("self_scoring", first), ("appraisal", second)):
        if deadline and deadline <= command.at:
            mistakes.add(f"/deadlines/{name}", "Thời hạn đã qua.", "This deadline has passed.")
    if first and second and second <= first:
        mistakes.add(
            "/deadlines/appraisal", "Hạn thẩm định phải sau hạn tự chấm điểm.",
            "The appraisal's deadline has to be after that of self-scoring.",
        )  # fmt: skip


def _check_window(command: OpenRound, mistakes: Mistakes) -> None:
    since, until = command.pressed_from, command.pressed_until
    if since and until and until <= since:
        mistakes.add(
            "/press_window/until", "Phải sau lúc bắt đầu tính lượt bấm.",
            "It has to be after the beginning of the window.",
        )  # fmt: skip
