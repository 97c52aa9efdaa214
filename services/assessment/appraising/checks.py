"""Checks of findings, pure: every mistake is found at once."""

from collections.abc import Sequence
from typing import Any

import msgspec

from assessment.appraising.state import ProposedFinding
from assessment.enacting.figures import check_figures, check_points, is_surveyed
from assessment.enacting.mistakes import Mistakes
from assessment.enacting.slips import warnings_in_figures
from assessment.opening.terms import Terms, not_for_unit
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import Criterion, EnteredPoints
from parindex.refusal import Place


def mistakes_in_findings(terms: Terms, findings: Sequence[ProposedFinding]) -> list[Place]:
    """Return every mistake of some findings, each with its JSON pointer."""
    mistakes = Mistakes()
    seen: set[str] = set()
    with mistakes:
        for finding in findings:
            leaf = terms.leaves.get(finding.criterion)
            pointer = f"{finding.pointer}/criterion"
            mistakes.unless(
                finding.criterion not in seen, pointer, f"Tiêu chí “{finding.criterion}” bị trùng.",
                f"Criterion “{finding.criterion}” occurs twice.",
            )  # fmt: skip
            seen.add(finding.criterion)
            if leaf is None:
                mistakes.add(
                    pointer, f"Không có tiêu chí “{finding.criterion}” để thẩm định.",
                    f"There is no criterion “{finding.criterion}” to appraise.",
                )  # fmt: skip
            elif leaf.code in terms.excluded:
                mistakes.add(pointer, *not_for_unit(leaf.code))
            elif is_surveyed(leaf):
                mistakes.add(
                    pointer, f"Tiêu chí {leaf.code} do điều tra xã hội học chấm.",
                    f"Criterion {leaf.code} is scored by the survey.",
                )  # fmt: skip
            else:
                _check_finding(leaf, finding, mistakes)
    return mistakes.places


def mistakes_in_finding(leaf: Criterion, pointer: str, **said: Any) -> list[Place]:
    """Return every mistake of one finding, each with its JSON pointer beneath `pointer`.

    `said` are fields of `ProposedFinding`.
    """
    finding = ProposedFinding(leaf.code, pointer=pointer, **said)
    mistakes = Mistakes()
    with mistakes:
        _check_finding(leaf, finding, mistakes)
    return mistakes.places


def warnings_in_finding(leaf: Criterion, finding: ProposedFinding) -> list[Place]:
    """Return a warning for each slip in a finding without mistakes, in its figures or in its points."""
    points = [Figure(name="points", value=finding.points)] if finding.points else []
    entered = msgspec.structs.replace(leaf, rule=EnteredPoints())
    return [
        *warnings_in_figures(leaf, finding.figures, f"{finding.pointer}/figures"),
        *warnings_in_figures(entered, points, finding.pointer),
    ]


def _check_finding(leaf: Criterion, finding: ProposedFinding, mistakes: Mistakes) -> None:
    ways = [finding.upheld, finding.kept, bool(finding.figures), bool(finding.points), not finding.applicable]
    if ways.count(True) != 1:
        mistakes.add(
            finding.pointer,
            f"Tiêu chí {leaf.code}: chọn đúng một cách: công nhận, giữ kết quả trước, số liệu khác, điểm khác, "
            "không áp dụng.",
            f"Criterion {leaf.code}: exactly one of upheld, kept, other figures, other points, not applicable.",
        )  # fmt: skip
        return
    if not finding.upheld and not finding.comment:
        mistakes.add(
            f"{finding.pointer}/comment", f"Tiêu chí {leaf.code}: điều chỉnh thì phải nêu lý do.",
            f"Criterion {leaf.code}: a correction needs a comment that says why.",
        )  # fmt: skip
    if finding.figures:
        check_figures(leaf, finding.figures, f"{finding.pointer}/figures", mistakes)
    if finding.points:
        check_points(leaf, finding.points, f"{finding.pointer}/points", mistakes)
