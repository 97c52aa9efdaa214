"""Checks of a criteria set, pure: its tree, its sums, its policies. Every mistake is found at once."""

from fractions import Fraction
from typing import Final

from assessment.enacting.mistakes import Mistakes, note_numbers, number
from assessment.enacting.rules import check_rule, check_weight
from parindex.contracts.applicability import codes_above
from parindex.contracts.criteria import TIE_PARTS, AreaKind, CriteriaSet, Criterion, Level, Steps, SurveyPoints, Ties
from parindex.numbers import Mode, Parts, to_wire
from parindex.numbers.rounding import MOST_DECIMALS
from parindex.refusal import Place
from parindex.values.identifiers import CODE
from parindex.web.vietnamese import comma

ABOVE = {Level.AREA: None, Level.CRITERION: Level.AREA, Level.COMPONENT: Level.CRITERION}
"""Which level a row's parent has to have. Leaves are at criterion or component level."""
CALLED = {Level.AREA: "Lĩnh vực", Level.CRITERION: "Tiêu chí", Level.COMPONENT: "Tiêu chí thành phần"}
"""What a row is called before its code; "Dòng 1" would be read as the first line of a file."""
SAMPLE: Final = "bo-chi-so-mau"
"""The code of the set in the template."""
BLANK: Final = "…"
"""Stands for the number of a decision that the template leaves open."""
SATISFACTION: Final = ("rat-hai-long", "hai-long", "binh-thuong", "khong-hai-long", "rat-khong-hai-long")
KIOSK: Final = ("1", "2", "3", "4", "5")
"""The options of the five-level scales of satisfaction."""


def mistakes_in_set(criteria_set: CriteriaSet, root: str = "") -> list[Place]:
    """Return every mistake of a set, each with its JSON pointer beneath `root`."""
    mistakes = Mistakes(root)
    with mistakes:
        mistakes.check_code(criteria_set.code, "/code")
        note_numbers(criteria_set, mistakes)
        _check_tree(criteria_set, mistakes)
        _check_sums(criteria_set, mistakes)
        for index, row in enumerate(criteria_set.criteria):
            _check_row(row, f"/criteria/{index}", mistakes)
        _check_areas(criteria_set, mistakes)
        _check_policies(criteria_set, mistakes)
        check_weight(criteria_set, mistakes)
    return mistakes.places


def doubts_about_set(criteria_set: CriteriaSet) -> list[Place]:
    """Return a warning for each part of a right set that is seldom meant, with its JSON pointer."""
    doubts: list[Place] = []
    if criteria_set.code == SAMPLE:
        vi = (
            "Đây là bộ chỉ số mẫu, không phải bộ của cơ quan. Hãy thay mã, tên, văn bản và các dòng trước khi ban hành."
        )
        doubts.append(Place("/code", vi, "It is the sample. Replace code, title, reference and rows before you enact."))
    if BLANK in criteria_set.reference:
        vi = f"Văn bản ban hành còn chỗ trống “{BLANK}”; hãy ghi đủ số và ngày."
        doubts.append(Place("/reference", vi, f"The reference has a blank, “{BLANK}”. Complete it."))
    for index, row in enumerate(criteria_set.criteria):
        if isinstance(row.rule, Steps):
            doubts += _doubts_about_steps(row, row.rule, f"/criteria/{index}/rule")
        elif isinstance(row.rule, SurveyPoints):
            doubts += _doubts_about_survey(row, row.rule, f"/criteria/{index}/rule")
    return doubts


def _doubts_about_steps(row: Criterion, rule: Steps, pointer: str) -> list[Place]:
    """Return a warning where all bounds are shares, because the share of the plan that is done counts from 0 to 100."""
    bounds = [bound for step in rule.steps if (bound := number(step.bound)) is not None]
    if not all(0 <= bound <= 1 for bound in bounds) or all(bound in {0, 1} for bound in bounds):
        return []
    vi = (
        f"Tiêu chí {row.code}: mọi ngưỡng đều không quá 1, mà số đã thực hiện trên số kế hoạch được tính thành phần "
        "trăm, từ 0 đến 100. Nếu ngưỡng là 90% thì ghi 90 hoặc 90%, không ghi 0,9."
    )
    en = f"Criterion {row.code}: all bounds are at most 1, but done of planned counts from 0 to 100. Write 90, not 0.9."
    return [Place(f"{pointer}/steps/0/bound", vi, en)]


def _doubts_about_survey(row: Criterion, rule: SurveyPoints, pointer: str) -> list[Place]:
    """Return a warning where a level of a five-level scale has no share: a tally with such an answer has no points."""
    given = {share.option for share in rule.shares}
    missing = [[option for option in scale if option not in given] for scale in (SATISFACTION, KIOSK)]
    left_out = next((found for found in missing if 0 < len(found) <= len(KIOSK) // 2), None)
    if not left_out:
        return []
    listed = "; ".join(f"“{option}”" for option in left_out)
    vi = (
        f"Tiêu chí {row.code}: thang mức hài lòng thiếu phương án {listed}. Kết quả có phương án chưa ghi tỷ lệ thì "
        "không tính được điểm; phương án không được điểm thì ghi tỷ lệ 0."
    )
    en = f"Criterion {row.code}: the scale of satisfaction lacks {listed}. An option without points has the share 0."
    return [Place(f"{pointer}/shares", vi, en)]


def _check_tree(criteria_set: CriteriaSet, mistakes: Mistakes) -> None:
    rows = {row.code: row for row in criteria_set.criteria}
    parents = {row.parent for row in criteria_set.criteria}
    mistakes.unless(bool(rows), "/criteria", "Bộ chỉ số chưa có dòng nào.", "The set has no rows.")
    mistakes.repeated([row.code for row in criteria_set.criteria], "/criteria", "code")
    for index, row in enumerate(criteria_set.criteria):
        pointer = f"/criteria/{index}"
        _check_parent(row, rows, pointer, mistakes)
        _check_leaf(row, row.code in parents, pointer, mistakes)


def _check_parent(row: Criterion, rows: dict[str, Criterion], pointer: str, mistakes: Mistakes) -> None:
    wanted, parent = ABOVE[row.level], rows.get(row.parent)
    if wanted is None:
        mistakes.unless(not row.parent, f"{pointer}/parent", "Lĩnh vực không có dòng cha.", "An area has no parent.")
    elif not row.parent:
        mistakes.add(
            f"{pointer}/parent",
            f"Dòng {row.code} ({row.level}) phải nằm dưới một dòng cấp {wanted}; trường parent còn trống.",
            f"Row {row.code} ({row.level}) has to be under a row of level {wanted}; its parent is missing.",
        )  # fmt: skip
    elif parent is None:
        mistakes.add(
            f"{pointer}/parent", f"Không có dòng cha “{row.parent}” của dòng {row.code}.",
            f"There is no row “{row.parent}”, which row {row.code} names as its parent.",
        )  # fmt: skip
    elif parent.level is not wanted:
        mistakes.add(
            f"{pointer}/parent", f"Dòng {row.code} ({row.level}) phải nằm dưới một dòng cấp {wanted}.",
            f"Row {row.code} ({row.level}) has to be under a row of level {wanted}.",
        )  # fmt: skip


def _check_leaf(row: Criterion, has_children: bool, pointer: str, mistakes: Mistakes) -> None:  # noqa: FBT001  # private
    if row.rule is not None and (has_children or row.level is Level.AREA):
        mistakes.add(
            f"{pointer}/rule", f"Dòng {row.code} là tổng của các dòng con nên không có cách tính điểm riêng.",
            f"Row {row.code} is the sum of its children, so it has no rule of its own.",
        )  # fmt: skip
    if row.rule is None and not has_children:
        mistakes.add(
            f"{pointer}/rule", f"Dòng {row.code} không có dòng con nên phải có cách tính điểm.",
            f"Row {row.code} has no children, so it needs a rule.",
        )  # fmt: skip


def _check_sums(criteria_set: CriteriaSet, mistakes: Mistakes) -> None:
    sums: dict[str, list[Fraction | None]] = {}
    for row in criteria_set.criteria:
        sums.setdefault(row.parent, []).append(number(row.maximum))
    for index, row in enumerate(criteria_set.criteria):
        maximum, parts = number(row.maximum), sums.get(row.code, [])
        known = [part for part in parts if part is not None]
        if maximum is None or not parts or len(known) < len(parts) or sum(known) == maximum:
            continue
        total = to_wire(sum(known, Fraction(0)))
        mistakes.add(
            f"/criteria/{index}/maximum",
            f"{CALLED[row.level]} {row.code}: các dòng con cộng lại là {comma(total)}, nhưng điểm tối đa ghi "
            f"{comma(row.maximum)}.",
            f"{row.level.capitalize()} {row.code}: its children add up to {total}, not {row.maximum}.",
        )  # fmt: skip


def _check_row(row: Criterion, pointer: str, mistakes: Mistakes) -> None:
    mistakes.check_form(CODE, row.code, f"{pointer}/code")
    maximum = number(row.maximum)
    if maximum is not None and maximum <= 0:
        mistakes.add(f"{pointer}/maximum", "Điểm tối đa phải lớn hơn 0.", "The maximum has to be more than 0.")
    if isinstance(row.rule, SurveyPoints) and row.evidence_required:
        mistakes.add(
            f"{pointer}/evidence_required",
            "Tiêu chí điều tra xã hội học không tự chấm nên không đòi tài liệu kiểm chứng.",
            "A survey criterion is not self-scored, so it can't require evidence.",
        )  # fmt: skip
    if row.rule is not None:
        check_rule(row.rule, maximum, f"{pointer}/rule", mistakes)


def _check_areas(criteria_set: CriteriaSet, mistakes: Mistakes) -> None:
    """Note bonus and penalty areas that can't be: rows of another level, caps beside the maximum, survey criteria."""
    extras, rows = set[str](), {row.code: row for row in criteria_set.criteria}
    for index, row in enumerate(criteria_set.criteria):
        extra, pointer = row.area_kind is not AreaKind.ORDINARY, f"/criteria/{index}"
        if extra and row.level is not Level.AREA:
            mistakes.add(
                f"{pointer}/area_kind", "Chỉ lĩnh vực mới là điểm thưởng hoặc điểm trừ.",
                "Only an area is a bonus or a penalty.",
            )  # fmt: skip
        if row.area_cap and not extra:
            mistakes.add(
                f"{pointer}/area_cap", "Chỉ lĩnh vực điểm thưởng, điểm trừ mới có mức “không quá”.",
                "Only a bonus or penalty area has a cap.",
            )  # fmt: skip
        elif row.area_cap:
            _check_cap(row, f"{pointer}/area_cap", mistakes)
        if extra:
            extras.add(row.code)
    _check_scale(criteria_set, extras, mistakes)
    for index, row in enumerate(criteria_set.criteria):
        if isinstance(row.rule, SurveyPoints) and not extras.isdisjoint(codes_above(row, rows)):
            mistakes.add(
                f"/criteria/{index}/rule", "Lĩnh vực điểm thưởng, điểm trừ không có tiêu chí điều tra xã hội học.",
                "A bonus or penalty area has no survey criteria.",
            )  # fmt: skip


def _check_cap(row: Criterion, pointer: str, mistakes: Mistakes) -> None:
    most, maximum = number(row.area_cap), number(row.maximum)
    if most is not None and most <= 0:
        mistakes.add(pointer, "Mức “không quá” phải lớn hơn 0.", "The cap has to be more than 0.")
    elif most is not None and maximum is not None and most > maximum:
        mistakes.add(
            pointer, f"Mức “không quá” không được lớn hơn {row.maximum}, tổng điểm tối đa của các dòng con.",
            f"The cap can't be more than {row.maximum}, what the rows below add up to.",
        )  # fmt: skip


def _check_scale(criteria_set: CriteriaSet, extras: set[str], mistakes: Mistakes) -> None:
    """Note a set of bonus and penalty areas alone, and an index above 100 without a bonus that could bring it there."""
    tops = {row.code for row in criteria_set.criteria if not row.parent}
    if extras and tops <= extras:
        mistakes.add(
            "/criteria", "Bộ chỉ số chỉ có điểm thưởng, điểm trừ thì không có thang điểm.",
            "A set of bonus and penalty areas alone has no scale.",
        )  # fmt: skip
    if criteria_set.index_above_hundred and all(row.area_kind is not AreaKind.BONUS for row in criteria_set.criteria):
        mistakes.add(
            "/index_above_hundred", "Bộ chỉ số không có lĩnh vực điểm thưởng nên chỉ số không thể vượt 100.",
            "The set has no bonus area, so no index can be above 100.",
        )  # fmt: skip


def _check_policies(criteria_set: CriteriaSet, mistakes: Mistakes) -> None:
    rounding, bands = criteria_set.rounding, criteria_set.bands
    _check_one_of(rounding.mode, list(Mode), "/rounding/mode", mistakes)
    _check_one_of(rounding.total, list(Parts), "/rounding/total", mistakes)
    mistakes.unless(
        0 <= rounding.decimals <= MOST_DECIMALS, "/rounding/decimals",
        f"Số chữ số thập phân từ 0 đến {MOST_DECIMALS}.", f"Decimals go from 0 to {MOST_DECIMALS}.",
    )  # fmt: skip
    _check_ties(criteria_set, mistakes)
    mistakes.repeated([(band.name, band.block) for band in bands], "/bands", "name")
    mistakes.repeated([(_plain(band.at_least), band.block) for band in bands], "/bands", "at_least")
    for index, band in enumerate(bands):
        least = number(band.at_least)
        if least is not None and least < 0:
            mistakes.add(f"/bands/{index}/at_least", "Ngưỡng không được âm.", "A threshold can't be negative.")


def _check_ties(criteria_set: CriteriaSet, mistakes: Mistakes) -> None:
    keys = criteria_set.tie_keys
    if (criteria_set.ties is Ties.BY_KEYS) is not bool(keys):
        mistakes.add(
            "/tie_keys", "Danh sách xét khi bằng chỉ số chỉ có, và phải có, khi chọn xét lần lượt theo danh sách.",
            "Keys of ties are there if, and only if, ties are by keys.",
        )  # fmt: skip
    penalties = {row.code for row in criteria_set.criteria if row.area_kind is AreaKind.PENALTY}
    areas = {row.code for row in criteria_set.criteria if row.level is Level.AREA} - penalties
    for index, key in enumerate(keys):
        mistakes.unless(
            key in areas or key in TIE_PARTS, f"/tie_keys/{index}",
            f"“{key}” không phải là appraisal, survey hay mã một lĩnh vực (trừ lĩnh vực điểm trừ).",
            f"“{key}” is neither appraisal, nor survey, nor the code of an area that is no penalty.",
        )  # fmt: skip
        mistakes.unless(keys.index(key) == index, f"/tie_keys/{index}", f"“{key}” bị trùng.", f"“{key}” occurs twice.")


def _check_one_of(value: str, allowed: list[str], pointer: str, mistakes: Mistakes) -> None:
    listed = ", ".join(allowed)
    mistakes.unless(value in allowed, pointer, f"Chỉ được là một trong: {listed}.", f"It has to be one of: {listed}.")


def _plain(text: str) -> str:
    value = number(text)
    return text if value is None else to_wire(value)
