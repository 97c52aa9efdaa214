"""Checks of claims, pure: every mistake is found at once, and what a submission lacks; and of the stage of a sheet.

A client on the same machine runs them before it sends anything (`ClientChecks.checks`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from assessment.enacting.figures import check_figures, is_surveyed
from assessment.enacting.mistakes import Mistakes
from assessment.enacting.slips import warnings_in_figures
from assessment.opening.terms import Terms, not_for_unit
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.events import ClaimEntered, CutExplained
from assessment.self_scoring.refusals import (
    ClaimedByAnotherError,
    PartReportedBeforeError,
    SelfScoreApprovedError,
    SelfScoreSentError,
    SelfScoreSubmittedBeforeError,
    SelfScoringNotBegunError,
    SelfScoringOverError,
)
from assessment.self_scoring.state import Sheet, SheetState, deadline_of
from parindex.contracts.criteria import Criterion
from parindex.refusal import Place, first_places
from parindex.values.days import ends_before_it_begins, moment_said


@dataclass(frozen=True, slots=True)
class MissingPart:
    """One thing that a self-score lacks: the `claim` of a criterion, or its `evidence`; and why it is needed."""

    criterion: str
    field: Literal["claim", "evidence"]
    vi: str
    en: str

    @property
    def place(self) -> Place:
        """The same as a place of a refusal."""
        inside = "" if self.field == "claim" else f"/{self.field}"
        return Place(f"/claims/{self.criterion}{inside}", self.vi, self.en)


class ProvenClaim(Protocol):
    """A claim as far as its proof is concerned: the documents, and the explanation ("" for none)."""

    @property
    def evidence(self) -> Sequence[object]: ...
    @property
    def explanation(self) -> str: ...


class DatedDocument(Protocol):
    """The days of a document, as in 2026-06-30; "" stands for an absent value."""

    @property
    def issued_on(self) -> str: ...
    @property
    def effective_from(self) -> str: ...
    @property
    def effective_to(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ClaimMistakes:
    """The mistakes of some claims; those of survey criteria apart, because they are refused by a name of their own."""

    surveyed: Sequence[Place]
    others: Sequence[Place]


def mistakes_in_claims(terms: Terms, claims: Sequence[DeclaredClaim], today: str) -> ClaimMistakes:
    """Return every mistake of some claims, each with its JSON pointer; `today` is a day, as in 2026-06-30."""
    surveyed, others = Mistakes(), Mistakes()
    seen: set[str] = set()
    with surveyed, others:
        for claim in claims:
            leaf = terms.leaves.get(claim.criterion)
            if leaf is not None and is_surveyed(leaf):
                surveyed.add(
                    f"{claim.pointer}/criterion", f"Tiêu chí {leaf.code} do điều tra xã hội học chấm.",
                    f"Criterion {leaf.code} is scored by the survey.",
                )  # fmt: skip
            elif leaf is not None and leaf.code in terms.excluded:
                others.add(f"{claim.pointer}/criterion", *not_for_unit(leaf.code))
            else:
                _check_claim(terms, claim, others)
                others.take(mistakes_in_evidence(claim.evidence, f"{claim.pointer}/evidence", today))
            others.unless(
                claim.criterion not in seen, f"{claim.pointer}/criterion", f"Tiêu chí “{claim.criterion}” bị trùng.",
                f"Criterion “{claim.criterion}” occurs twice.",
            )  # fmt: skip
            seen.add(claim.criterion)
    return ClaimMistakes(surveyed.places, others.places)


def _check_claim(terms: Terms, claim: DeclaredClaim, mistakes: Mistakes) -> None:
    leaf = terms.leaves.get(claim.criterion)
    if leaf is None:
        mistakes.add(
            f"{claim.pointer}/criterion", f"Không có tiêu chí “{claim.criterion}” để chấm điểm.",
            f"There is no criterion “{claim.criterion}” to be scored.",
        )  # fmt: skip
    elif claim.applicable:
        check_figures(leaf, claim.figures, f"{claim.pointer}/figures", mistakes)
    elif claim.figures:
        mistakes.add(
            f"{claim.pointer}/figures", f"Tiêu chí {leaf.code} khai không áp dụng thì không có số liệu.",
            f"Criterion {leaf.code} is claimed not to apply, so it has no figures.",
        )  # fmt: skip


def warnings_in_claim(terms: Terms, claim: DeclaredClaim) -> Sequence[Place]:
    """Return a warning for each slip in the figures of a claim without mistakes."""
    return warnings_in_figures(terms.leaves[claim.criterion], claim.figures, f"{claim.pointer}/figures")


def missing_in(leaves: Iterable[Criterion], claims: Mapping[str, ProvenClaim]) -> Iterator[MissingPart]:
    """Yield what a self-score lacks before it can be submitted: claims, and the proof that a criterion requires.

    `claims` is by criterion; survey criteria are passed over.
    """
    for leaf in leaves:
        if is_surveyed(leaf):
            continue
        claim = claims.get(leaf.code)
        if claim is None:
            vi, en = f"Chưa tự chấm tiêu chí {leaf.code}.", f"Criterion {leaf.code} has no claim."
            yield MissingPart(leaf.code, "claim", vi, en)
        elif leaf.evidence_required and not (claim.evidence or claim.explanation):
            yield MissingPart(
                leaf.code, "evidence", f"Tiêu chí {leaf.code} cần tài liệu kiểm chứng hoặc giải trình.",
                f"Criterion {leaf.code} needs evidence or an explanation.",
            )  # fmt: skip


def missing_from(terms: Terms, sheet: Sheet) -> Iterator[MissingPart]:
    """Yield what a unit's sheet lacks before it can be sent to the leader or submitted."""
    return missing_in((terms.leaves[code] for code in terms.appraisers), sheet.claims)


def unreported(terms: Terms, sheet: Sheet) -> Sequence[str]:
    """Return the agencies that have not reported the part that they claim in place of the unit."""
    return sorted({*terms.claimants.values()} - sheet.reported)


def mistakes_in_evidence(documents: Sequence[DatedDocument], pointer: str, today: str) -> list[Place]:
    """Return every mistake in the days of documents; `pointer` points to their list, `today` is a day."""
    places: list[Place] = []
    for index, document in enumerate(documents):
        if document.issued_on > today:
            vi, en = "Ngày ban hành chưa đến.", "The date of issue lies in the future."
            places.append(Place(f"{pointer}/{index}/issued_on", vi, en))
        if ends_before_it_begins(document.effective_from, document.effective_to):
            vi, en = "Ngày kết thúc trước ngày bắt đầu.", "The period ends before it begins."
            places.append(Place(f"{pointer}/{index}/effective_to", vi, en))
    return places


def mistakes_in_files(
    terms: Terms, sheet: Sheet, said: Iterable[DeclaredClaim], agencies: Collection[str], sent: Collection[str]
) -> list[Place]:
    """Return the documents by which an agency names files that are not of its part, each with its JSON pointer.

    A file is of its part when the agency sent it (`sent`), or when the part names it already. Without this rule an
    agency could name any file of the unit by its digest, and open it then.
    """
    if not agencies or terms.unit in agencies:
        return []
    before: list[ClaimEntered | CutExplained] = [*sheet.claims.values(), *sheet.explanations.values()]
    of_part = [fact for fact in before if terms.claimant(fact.criterion) in agencies]
    known = {*sent, *(document.sha256 for fact in of_part for document in fact.evidence)}
    vi = "Cơ quan chưa gửi tệp này cho phần tự chấm của mình. Hãy tải tệp lên rồi chọn lại."
    en = "The agency has not sent this file for its part. Upload the file, and choose it again."
    return [
        Place(f"{each.pointer}/evidence/{at}/sha256", vi, en)
        for each in said
        for at, document in enumerate(each.evidence)
        if document.sha256 and document.sha256 not in known
    ]


def check_claimants(terms: Terms, said: Iterable[DeclaredClaim], agencies: Collection[str]) -> None:
    """Refuse what is said about a criterion that another agency claims; `agencies` empty stands for the unit."""
    acting = agencies or {terms.unit}
    places = [
        Place(f"{each.pointer}/criterion", *_claimed_by(each.criterion, terms.claimant(each.criterion)))
        for each in said
        if each.criterion in terms.appraisers and terms.claimant(each.criterion) not in acting
    ]
    if places:
        raise ClaimedByAnotherError(first_places(places))


def check_not_reported(terms: Terms, sheet: Sheet, said: Iterable[DeclaredClaim]) -> None:
    """Refuse a change of a part that its agency has reported."""
    for each in said:
        if terms.claimant(each.criterion) in sheet.reported:
            raise PartReportedBeforeError(terms.claimant(each.criterion))


def _claimed_by(criterion: str, claimant: str) -> tuple[str, str]:
    return f"Tiêu chí {criterion} do {claimant} tự chấm.", f"Criterion {criterion} is claimed by {claimant}."


def check_with_unit(sheet: Sheet) -> None:
    """Refuse a change of a sheet that the unit does not have, and name who has it."""
    if sheet.state is SheetState.SENT:
        raise SelfScoreSentError
    if sheet.state is SheetState.APPROVED:
        raise SelfScoreApprovedError
    if sheet.state is SheetState.SUBMITTED:
        raise SelfScoreSubmittedBeforeError


def check_in_time(terms: Terms, sheet: Sheet, at: str) -> None:
    """Refuse a command before the unit's self-scoring begins, and after its deadline."""
    since = terms.deadlines.self_scoring_from
    if since and at < since:
        raise SelfScoringNotBegunError(moment_said(since))
    deadline = deadline_of(terms, sheet)
    if deadline and at > deadline:
        raise SelfScoringOverError(moment_said(deadline))
