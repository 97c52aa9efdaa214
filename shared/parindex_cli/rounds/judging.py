"""Checks the entries of a round file singly, by the rules of the services, before anything is sent.

`fitting.py` has resolved their criteria and questions; this module checks their values.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import SurveyPoints
from parindex.numbers import NotANumberError, exact
from parindex_cli.rounds.wording import did_you_mean, shown

Fault = tuple[str, str, str]
FileRow = dict[str, Any]

STARS = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a claim of the file, as far as its owner's check looks at it."""

    evidence: Sequence[object]
    explanation: str


def proof_of(claim: FileRow) -> Proof:
    """Return what proves a claim: documents in their form, and an explanation."""
    return Proof(records_of(claim.get("evidence")), str(claim.get("explanation") or ""))


def figures_of(claim: FileRow) -> list[Figure] | None:
    """Return the figures of a claim or a correction; None where something else is there, which the shape reports."""
    figures = claim.get("figures", {})
    if not isinstance(figures, dict):
        return None
    return [Figure(name=str(name), value=str(value)) for name, value in figures.items()]


def tally_faults(at: str, tally: FileRow, asked: Collection[SurveyPoints]) -> Iterator[Fault]:
    """Yield the mistakes of an outside tally; `asked` has the rules of the unit's set for the tally's question."""
    group = str(tally.get("group", ""))
    meant = [rule for rule in asked if rule.group in ("", group)]
    if not meant:
        groups = ", ".join(sorted(rule.group for rule in asked))
        yield f"{at}/group", f"Chỉ được là một trong: {groups}.", f"It has to be one of: {groups}."
    score, out_of, counts = tally.get("score"), tally.get("out_of"), tally.get("counts")
    if bool(counts) == bool(score or out_of) or bool(score) != bool(out_of):
        yield at, "Cần score và out_of, hoặc counts.", "Give score and out_of, or else counts."
    elif counts:
        yield from _count_faults(f"{at}/counts", counts, scored_by(meant)) if meant else ()
    else:
        yield from number_faults(f"{at}/score", str(score), str(out_of))


def scored_by(rules: Collection[SurveyPoints]) -> set[str]:
    """Return the options that count: those to which each of the rules gives a share."""
    each = [{share.option for share in rule.shares} for rule in rules]
    return set.intersection(*each) if each else set()


def unscored(presses: Iterable[tuple[str, str]], rules: Collection[SurveyPoints]) -> Iterator[Fault]:
    """Yield the presses, each with its place, to which one rule gives a share and another does not.

    Survey sets such presses aside, so the round could be settled; the person who wrote the file meant them to count.
    """
    counting, named = scored_by(rules), {share.option for rule in rules for share in rule.shares}
    for at, option in presses:
        if option not in counting and (option in named or not all(rule.shares for rule in rules)):
            vi = f"Bộ chỉ số không nêu tỷ lệ cho “{option}”: không tính được điểm."
            yield at, vi, f"The criteria set gives “{option}” no share: no points could be computed."


def presses_in(at: str, kiosk: FileRow) -> Iterator[tuple[str, str]]:
    """Yield the options that were pressed at a kiosk, each at its first place."""
    seen: set[str] = set()
    for index, press in enumerate(rows_of(kiosk.get("presses"))):
        option = str(press.get("option")) if isinstance(press, dict) else ""
        if option and option not in seen:
            seen.add(option)
            yield f"{at}/presses/{index}/option", option


def button_notes(at: str, kiosk: FileRow, rules: Iterable[SurveyPoints]) -> Iterator[Fault]:
    """Yield the buttons of a kiosk that no criterion gives a share, and a kiosk that no criterion counts at all."""
    asked = [rule for rule in rules if rule.question == kiosk.get("question")]
    counting = [rule for rule in asked if rule.group in ("", str(kiosk.get("group", "")))]
    if asked and not counting:
        groups = ", ".join(sorted(rule.group for rule in asked))
        vi = f"Không tiêu chí nào tính kiosk này: thiếu group (có: {groups})."
        yield at, vi, f"No criterion counts this kiosk: its group is missing or another (there are: {groups})."
    scored = scored_by(counting)
    for button in [str(option) for option in kiosk.get("options") or STARS]:
        if counting and button not in scored:
            vi = f"Nút “{button}” không được tính điểm: bộ chỉ số không nêu tỷ lệ cho nó."
            yield at, vi, f"The button “{button}” counts nowhere: the criteria set gives it no share."


def number_faults(at: str, text: str, most: str) -> Iterator[Fault]:
    """Report a value that is not a number in 0..most; an invalid `most` is reported where it is defined."""
    try:
        number = exact(text)
    except NotANumberError as error:
        yield at, error.vi, error.en
        return
    with suppress(NotANumberError):
        if not 0 <= number <= exact(most):
            yield at, f"Phải từ 0 đến {most}.", f"It has to be from 0 to {most}."


def is_false(value: object) -> bool:
    """Return whether a value of the file is the boolean false, in any spelling: spreadsheets write FALSE."""
    return str(value).lower() == "false"


def rows_of(value: Any) -> list[Any]:
    """Return a list, or an empty one for any other value."""
    return value if isinstance(value, list) else []


def records_of(value: Any) -> list[dict[str, Any]]:
    """Return the records of a list."""
    return [item for item in rows_of(value) if isinstance(item, dict)]


def repeated(rows: Iterable[tuple[str, FileRow]], key: str) -> Iterator[Fault]:
    """Report rows with the same key as an earlier row."""
    seen: set[str] = set()
    for pointer, row in rows:
        value = str(row.get(key))
        if value in seen:
            yield f"{pointer}/{key}", f"“{value}” bị trùng.", f"“{value}” stands there twice."
        seen.add(value)


def unknown(at: str, vi: str, en: str, word: str, known: Iterable[Any]) -> Fault:
    """Return the mistake of an unknown name, with the name that was probably meant."""
    said, (meant_vi, meant_en) = shown(word), did_you_mean(word, [str(name) for name in known])
    return at, f"Không có {vi} {said}.{meant_vi}", f"There is no {en} {said}.{meant_en}"


def _count_faults(at: str, counts: Iterable[Any], options: Collection[str]) -> Iterator[Fault]:
    if not options:
        vi = "Bộ chỉ số không nêu tỷ lệ cho phương án nào; hãy ghi score và out_of."
        yield at, vi, "The criteria set gives no option a share; give score and out_of."
        return
    for index, row in enumerate(row for row in counts if isinstance(row, dict)):
        if str(row.get("option")) not in options:
            yield _not_among(f"{at}/{index}/option", sorted(options))
        if str(row.get("count", "")).startswith("-"):
            yield f"{at}/{index}/count", "Phải từ 0 trở lên.", "It has to be 0 or more."


def _not_among(at: str, options: Iterable[str]) -> Fault:
    listed = ", ".join(options)
    return at, f"Chỉ được là một trong: {listed}.", f"It has to be one of: {listed}."
