"""Checks of explanations, pure: every mistake is found at once."""

from collections.abc import Collection, Sequence

from assessment.enacting.figures import check_figures
from assessment.enacting.mistakes import Mistakes
from assessment.enacting.slips import warnings_in_figures
from assessment.opening.terms import Terms
from assessment.self_scoring.checks import mistakes_in_evidence
from assessment.self_scoring.claims import DeclaredClaim
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import Criterion
from parindex.refusal import Place


def mistakes_in_explanations(
    terms: Terms, cut: Collection[str], explanations: Sequence[DeclaredClaim], today: str
) -> list[Place]:
    """Return every mistake of some explanations, each with its JSON pointer.

    `cut` has the criteria that can be explained; `today` is a day, as in 2026-06-30.
    """
    mistakes = Mistakes()
    seen: set[str] = set()
    with mistakes:
        for explanation in explanations:
            pointer, criterion = explanation.pointer, explanation.criterion
            mistakes.unless(
                criterion not in seen, f"{pointer}/criterion", f"Tiêu chí “{criterion}” bị trùng.",
                f"Criterion “{criterion}” occurs twice.",
            )  # fmt: skip
            seen.add(criterion)
            if criterion not in cut or criterion not in terms.leaves:
                mistakes.add(
                    f"{pointer}/criterion", f"Thẩm định lần 1 không điều chỉnh tiêu chí “{criterion}”.",
                    f"The first appraisal did not correct criterion “{criterion}”.",
                )  # fmt: skip
            else:
                _check_explanation(terms.leaves[criterion], explanation, mistakes)
                mistakes.take(mistakes_in_evidence(explanation.evidence, f"{pointer}/evidence", today))
    return mistakes.places


def mistakes_in_explanation(
    leaf: Criterion, pointer: str, *, text: str, figures: Sequence[Figure], applicable: bool
) -> list[Place]:
    """Return every mistake of one explanation, each with its JSON pointer beneath `pointer`."""
    explanation = DeclaredClaim(
        leaf.code, figures=tuple(figures), applicable=applicable, explanation=text, pointer=pointer
    )
    mistakes = Mistakes()
    with mistakes:
        _check_explanation(leaf, explanation, mistakes)
    return mistakes.places


def warnings_in_explanation(terms: Terms, explanation: DeclaredClaim) -> Sequence[Place]:
    """Return a warning for each slip in the figures of an explanation without mistakes."""
    return warnings_in_figures(
        terms.leaves[explanation.criterion], explanation.figures, f"{explanation.pointer}/figures"
    )


def _check_explanation(leaf: Criterion, explanation: DeclaredClaim, mistakes: Mistakes) -> None:
    pointer = explanation.pointer
    if not explanation.explanation and (explanation.figures or explanation.evidence or not explanation.applicable):
        mistakes.add(
            f"{pointer}/explanation", f"Tiêu chí {leaf.code}: hãy nêu nội dung giải trình.",
            f"Criterion {leaf.code}: say what the unit explains.",
        )  # fmt: skip
    if not explanation.figures:
        return
    if explanation.applicable:
        check_figures(leaf, explanation.figures, f"{pointer}/figures", mistakes)
    else:
        mistakes.add(
            f"{pointer}/figures", f"Tiêu chí {leaf.code} khai không áp dụng thì không có số liệu.",
            f"Criterion {leaf.code} is stated not to apply, so it has no figures.",
        )  # fmt: skip
