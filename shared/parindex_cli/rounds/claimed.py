"""Checks the claims, findings and explanations of a round file by assessment's own checks, before anything is sent."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from parindex.client_checks import checks_of
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import Criterion, SurveyPoints
from parindex.refusal import Place
from parindex_cli.rounds.file_rows import Fault, FileRow, Proof, figures_of, is_false, is_true, proof_of, unknown

Check = Callable[[str, FileRow, Criterion, list[Figure]], Iterable[Place]]


def claim_faults(
    at: str, claims: Sequence[FileRow], leaves: Mapping[str, Criterion], unruled: Collection[str]
) -> Iterator[Fault]:
    """Yield the mistakes of a self-score: those of its claims, and what it lacks.

    `leaves` are the scored criteria by code. Of an `unruled` criterion the rule is broken, so its claim is not checked.
    """
    yield from _row_faults(at, claims, leaves, unruled, _check_claim)
    yield from _lacking(at, claims, leaves, unruled)


def finding_faults(
    at: str, findings: Sequence[FileRow], leaves: Mapping[str, Criterion], unruled: Collection[str]
) -> Iterator[Fault]:
    """Yield the mistakes of an appraisal's findings, of any stage; the arguments are those of `claim_faults`."""
    yield from _row_faults(at, findings, leaves, unruled, _check_finding)


def explanation_faults(
    at: str, explanations: Sequence[FileRow], leaves: Mapping[str, Criterion], unruled: Collection[str]
) -> Iterator[Fault]:
    """Yield the mistakes of a unit's explanations; the arguments are those of `claim_faults`."""
    yield from _row_faults(at, explanations, leaves, unruled, _check_explanation)


def _row_faults(
    at: str, rows: Sequence[FileRow], leaves: Mapping[str, Criterion], unruled: Collection[str], check: Check
) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        code = str(row.get("criterion"))
        if code in seen:
            yield f"{at}/{index}/criterion", f"Tiêu chí “{code}” bị trùng.", f"Criterion “{code}” occurs twice."
        seen.add(code)
        if code not in unruled:
            yield from _faults_of(f"{at}/{index}", code, row, leaves, check)


def _faults_of(at: str, code: str, row: FileRow, leaves: Mapping[str, Criterion], check: Check) -> Iterator[Fault]:
    leaf, figures = leaves.get(code), figures_of(row)
    if leaf is None:
        yield unknown(f"{at}/criterion", "tiêu chí được chấm", "scored criterion", code, leaves)
    elif isinstance(leaf.rule, SurveyPoints):
        yield f"{at}/criterion", f"Tiêu chí “{code}” do điều tra chấm.", f"Criterion “{code}” is scored by survey."
    elif figures is not None:
        yield from ((place.at, place.vi, place.en) for place in check(at, row, leaf, figures))


def _check_claim(at: str, row: FileRow, leaf: Criterion, figures: list[Figure]) -> Iterable[Place]:
    if is_false(row.get("applicable")):
        return []
    places: Iterable[Place] = checks_of("assessment").checks["figures"](leaf, figures, f"{at}/figures")
    return places


def _check_finding(at: str, row: FileRow, leaf: Criterion, figures: list[Figure]) -> Iterable[Place]:
    said = {
        "upheld": is_true(row.get("upheld")),
        "kept": is_true(row.get("kept")),
        "figures": tuple(figures),
        "applicable": not is_false(row.get("applicable")),
        "points": str(row.get("points") or ""),
        "comment": str(row.get("comment") or ""),
    }
    places: Iterable[Place] = checks_of("assessment").checks["finding"](leaf, at, **said)
    return places


def _check_explanation(at: str, row: FileRow, leaf: Criterion, figures: list[Figure]) -> Iterable[Place]:
    text, applicable = str(row.get("explanation") or ""), not is_false(row.get("applicable"))
    places: Iterable[Place] = checks_of("assessment").checks["explanation"](
        leaf, at, text=text, figures=figures, applicable=applicable
    )
    return places


def _lacking(
    at: str, claims: Sequence[FileRow], leaves: Mapping[str, Criterion], unruled: Collection[str]
) -> Iterator[Fault]:
    """Yield what the self-score lacks, by the check of assessment: a claim, or what proves one."""
    proofs: dict[str, tuple[str, Proof]] = {}
    for index, claim in enumerate(claims):
        proofs.setdefault(str(claim.get("criterion")), (f"{at}/{index}", proof_of(claim)))
    checked = [leaf for code, leaf in leaves.items() if code not in proofs or code not in unruled]
    proved = {code: proof for code, (_, proof) in proofs.items() if code not in unruled}
    for place in checks_of("assessment").checks["self_score"](checked, proved):
        code = place.at.split("/")[2]
        yield proofs[code][0] if code in proved else at, place.vi, place.en
