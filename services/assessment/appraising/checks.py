"""Checks of findings, pure: every mistake is found at once; and of who may appraise a unit, and when."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from assessment.appraising.refusals import (
    AppraisalCompletedBeforeError,
    AppraisalOverError,
    NothingToAppraiseError,
    SelfAppraisalError,
)
from assessment.appraising.state import ActingAppraiser, ProposedFinding
from assessment.enacting.figures import check_figures, check_points, is_surveyed
from assessment.enacting.mistakes import Mistakes
from assessment.enacting.slips import warnings_in_figures
from assessment.opening.stages import CouncilVotes
from assessment.opening.terms import Terms, not_for_unit
from assessment.self_scoring.state import Sheet, appraisal_deadline
from parindex.auth.principal import covers
from parindex.auth.refusals import ForbiddenError
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import Criterion, EnteredPoints
from parindex.refusal import Place
from parindex.values.days import moment_said


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


def check_may_appraise(terms: Terms, by: ActingAppraiser, at: str, sheet: Sheet) -> None:
    """Refuse who belongs to the unit, a unit without a submitted self-score or with a complete appraisal, and the past.

    A right anywhere in the unit is enough: an appraiser who also speaks for the office still belongs to the unit.
    """
    if any(covers(terms.unit, node) for node in by.nodes):
        raise SelfAppraisalError(terms.unit)
    if not by.agencies:
        raise ForbiddenError
    if not sheet.submitted:
        raise NothingToAppraiseError
    if sheet.completed_for >= terms.due:
        raise AppraisalCompletedBeforeError
    deadline = appraisal_deadline(terms, sheet)
    if deadline and at > deadline:
        raise AppraisalOverError(moment_said(deadline))


def not_open_items(
    terms: Terms, sheet: Sheet, votes: Mapping[str, CouncilVotes], pointers: Mapping[str, str]
) -> list[Place]:
    """Return a place for each criterion that the council can't decide now: it is not before the council, or decided.

    A decision names the session of the one that it replaces.
    """
    mistakes, items = Mistakes(), sheet.open_items(terms.due)
    with mistakes:
        for criterion, vote in votes.items():
            at, before = f"{pointers[criterion]}/criterion", sheet.decided.get(criterion)
            if before is not None and vote.replaces != before.session:
                mistakes.add(
                    at, f"Hội đồng đã quyết định tiêu chí {criterion} tại phiên họp {before.session}.",
                    f"The council decided criterion {criterion} in session {before.session}.",
                )  # fmt: skip
            mistakes.unless(
                before is not None or criterion in items, at, f"Tiêu chí {criterion} không chờ hội đồng quyết định.",
                f"Criterion {criterion} is not before the council.",
            )  # fmt: skip
            mistakes.unless(
                before is not None or not vote.replaces, at, f"Tiêu chí {criterion} chưa có quyết định để thay thế.",
                f"Criterion {criterion} has no decision that could be replaced.",
            )  # fmt: skip
    return mistakes.places


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
