"""Checks the tallies and kiosks of a round file by survey's own rules, before anything is sent.

One rule here belongs to no service: an answer that survey counts and to which the criteria set gives no share, from
which scoring can compute no points.
"""

from collections.abc import Collection, Iterator, Sequence

import msgspec

from parindex.client_checks import checks_of
from parindex.contracts.criteria import CriteriaSet, Criterion, SurveyPoints
from parindex_cli.rounds.file import Tally
from parindex_cli.rounds.file_rows import Fault, FileRow, rows_of


def survey_rules(leaves: Collection[Criterion], question: str = "") -> list[SurveyPoints]:
    """Return the rules of a set that ask a question; none named: those that ask any."""
    rules = [leaf.rule for leaf in leaves if isinstance(leaf.rule, SurveyPoints)]
    return [rule for rule in rules if question in ("", rule.question)]


def tally_faults(at: str, row: FileRow, criteria_set: CriteriaSet, broken: Collection[str]) -> Iterator[Fault]:
    """Yield the mistakes of an outside tally; of a broken one, only that its group is not asked."""
    if _counted(criteria_set, row) is None:
        groups = _groups(criteria_set, row)
        yield f"{at}/group", f"Chỉ được là một trong: {groups}.", f"It has to be one of: {groups}."
    elif not any(f"{pointer}/".startswith(f"{at}/") for pointer in broken):
        body = msgspec.to_builtins(msgspec.convert(row, Tally, strict=False))
        for place in checks_of("survey").checks["tally"](body, criteria_set, at):
            yield place.at, place.vi, place.en


def press_faults(at: str, kiosk: FileRow, criteria_set: CriteriaSet) -> Iterator[Fault]:
    """Yield the presses, each at its first place, to which one rule gives a share and another does not.

    Survey sets such presses aside, so the round could be settled; the person who wrote the file meant them to count.
    """
    by_rule = checks_of("survey").checks["options_by_rule"](criteria_set, *_asked_by(kiosk))
    counted, named = _counted(criteria_set, kiosk) or (), {option for options in by_rule for option in options}
    for pressed_at, option in _presses(at, kiosk):
        if option not in counted and (option in named or not all(by_rule)):
            vi = f"Bộ chỉ số không nêu tỷ lệ cho “{option}”: không tính được điểm."
            yield pressed_at, vi, f"The criteria set gives “{option}” no share: no points could be computed."


def button_notes(at: str, kiosk: FileRow, criteria_set: CriteriaSet) -> Iterator[Fault]:
    """Yield the buttons of a kiosk that no criterion gives a share, and a kiosk that no criterion counts at all."""
    counted = _counted(criteria_set, kiosk)
    if counted is None:
        groups = _groups(criteria_set, kiosk)
        vi = f"Không tiêu chí nào tính kiosk này: thiếu group (có: {groups})."
        yield at, vi, f"No criterion counts this kiosk: its group is missing or another (there are: {groups})."
        return
    options = [str(option) for option in kiosk.get("options") or ()]
    for button in checks_of("survey").checks["buttons"](options):
        if button not in counted:
            vi = f"Nút “{button}” không được tính điểm: bộ chỉ số không nêu tỷ lệ cho nó."
            yield at, vi, f"The button “{button}” counts nowhere: the criteria set gives it no share."


def _counted(criteria_set: CriteriaSet, row: FileRow) -> Sequence[str] | None:
    counted: Sequence[str] | None = checks_of("survey").checks["counted_options"](criteria_set, *_asked_by(row))
    return counted


def _asked_by(row: FileRow) -> tuple[str, str]:
    return str(row.get("question")), str(row.get("group", ""))


def _groups(criteria_set: CriteriaSet, row: FileRow) -> str:
    """Return the respondent groups that a set asks a question, as a message lists them."""
    return ", ".join(sorted(rule.group for rule in survey_rules(criteria_set.criteria, str(row.get("question")))))


def _presses(at: str, kiosk: FileRow) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for index, press in enumerate(rows_of(kiosk.get("presses"))):
        option = str(press.get("option")) if isinstance(press, dict) else ""
        if option and option not in seen:
            seen.add(option)
            yield f"{at}/presses/{index}/option", option
