"""The events of a unit's sheet: self-scoring, reporting, appraising and explaining append them.

Explanations, titles, notes, comments and reasons are people's words: an event holds the commitment ("" for none), the
vault holds the text.
"""

from dataclasses import dataclass
from typing import ClassVar

from assessment.opening.stages import CouncilVotes, ValueStage
from assessment.self_scoring.claims import Evidence
from parindex.contracts.assessment import Claim, Figure, Finding
from parindex.eventstore.registry import by_defaults


@dataclass(frozen=True, slots=True)
class ClaimEntered:
    """The unit claims this for a criterion; it replaces the claim before. `explanation` is a commitment.

    `confirmed` has the codes of the warnings that the unit confirmed: a figure looks like a slip, and it is meant.
    """

    SCHEMA: ClassVar[int] = 2
    round: str
    unit: str
    criterion: str
    figures: tuple[Figure, ...] = ()
    applicable: bool = True
    evidence: tuple[Evidence, ...] = ()
    explanation: str = ""
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DifficultiesStated:
    """The third part of the unit's report: difficulties and proposals (khó khăn, kiến nghị); replaces those before.

    `text` is a commitment; "" stands for none.
    """

    round: str
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class PartReported:
    """An agency reported the part that it claims in place of the unit; until it is returned, that does not change."""

    round: str
    unit: str
    claimant: str


@dataclass(frozen=True, slots=True)
class PartReturned:
    """The unit returned a reported part to its agency, to be changed. `note` is a commitment."""

    round: str
    unit: str
    claimant: str
    note: str


@dataclass(frozen=True, slots=True)
class SelfScoreSent:
    """The unit sent its sheet to its leader; until it is back, the claims do not change."""

    round: str
    unit: str


@dataclass(frozen=True, slots=True)
class SelfScoreRecalled:
    """The unit took its sheet back from its leader, before the approval."""

    round: str
    unit: str


@dataclass(frozen=True, slots=True)
class SelfScoreApproved:
    """The unit's leader approved the sheet as of this version of its stream, which is that of the entry before."""

    round: str
    unit: str
    version: int


@dataclass(frozen=True, slots=True)
class SelfScoreReturned:
    """The unit's leader returned the sheet to be changed. `note` is a commitment."""

    round: str
    unit: str
    note: str


@dataclass(frozen=True, slots=True)
class SelfScoreSubmitted:
    """The unit submitted these claims."""

    round: str
    unit: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class SelfScoreWithdrawn:
    """The unit took its self-score back, before the first finding."""

    round: str
    unit: str


@dataclass(frozen=True, slots=True)
class SelfScoringExtended:
    """The office gave this unit more time. `until` is an instant, `reason` a commitment."""

    round: str
    unit: str
    until: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimUpheld:
    """An appraiser found right what the unit says: its explanation where that states figures anew, or else its claim.

    `by` is the id of the entry's actor ("" before version 2). `stage` says in which appraisal, or that the council did.
    `votes` has those of the council's session, and nothing without one.
    """

    SCHEMA: ClassVar[int] = 4
    round: str
    unit: str
    criterion: str
    comment: str = ""
    by: str = ""
    stage: ValueStage = ValueStage.APPRAISAL_1
    votes: tuple[CouncilVotes, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimCorrected:
    """An appraiser set other figures, or (points not "") points instead of figures.

    `by` is the id of the entry's actor ("" before version 2). `confirmed` has the codes of the warnings that
    the appraiser confirmed. `stage` says in which appraisal, or that the council did. `votes` has those of the
    council's session, and nothing without one.
    """

    SCHEMA: ClassVar[int] = 4
    round: str
    unit: str
    criterion: str
    comment: str
    figures: tuple[Figure, ...] = ()
    applicable: bool = True
    points: str = ""
    by: str = ""
    confirmed: tuple[str, ...] = ()
    stage: ValueStage = ValueStage.APPRAISAL_1
    votes: tuple[CouncilVotes, ...] = ()


@dataclass(frozen=True, slots=True)
class CriterionReferred:
    """The office or the appraiser put a criterion before the council, for a reason (a commitment)."""

    round: str
    unit: str
    criterion: str
    reason: str


@dataclass(frozen=True, slots=True)
class FirstAppraisalAnnounced:
    """The authority announced the results of the first appraisal to the unit, which may explain these criteria."""

    round: str
    unit: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CutExplained:
    """The unit explains a criterion that the first appraisal corrected; it replaces the explanation before.

    `explanation` is a commitment; "" takes the explanation back. With figures, or `applicable` false, the unit states
    the criterion anew; the claim stays as it was submitted. `evidence` is in addition to that of the claim.
    """

    round: str
    unit: str
    criterion: str
    explanation: str
    figures: tuple[Figure, ...] = ()
    applicable: bool = True
    evidence: tuple[Evidence, ...] = ()
    confirmed: tuple[str, ...] = ()

    @property
    def restated(self) -> bool:
        """Whether the unit states the criterion anew."""
        return bool(self.figures) or not self.applicable


@dataclass(frozen=True, slots=True)
class ExplanationSubmitted:
    """The unit submitted its explanation of these criteria; none: it accepts the results of the first appraisal."""

    round: str
    unit: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExplanationEnded:
    """The office ended the time for explaining, for a reason (a commitment): the first appraisal stays as it is."""

    round: str
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileUploaded:
    """The unit uploaded a file, which its claims may name by its digest. `name` is a commitment.

    `pages` is 0 where they are not known. `reused_from` is the round from which the unit took the file again without
    sending it ("": it sent it), and the days are the period that it proves now, as the unit stated then. `agency`
    claims a part in place of the unit and sent the file for it ("": the unit did); each sender of the same bytes has an
    event.
    The events of files are in a stream of their own, and proving appends them; they are defined here because the sheet
    shows which documents of its claims are here.
    """

    SCHEMA: ClassVar[int] = 3
    round: str
    unit: str
    sha256: str
    size: int
    media_type: str
    pages: int
    name: str
    reused_from: str = ""
    effective_from: str = ""
    effective_to: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class FileScanned:
    """A virus scanner looked at a file of the unit. `signature` is what it found, "" for nothing.

    `scanner` is the program, its version, and the version and day of its database.
    """

    round: str
    unit: str
    sha256: str
    signature: str
    scanner: str


@dataclass(frozen=True, slots=True)
class FileErased:
    """The office erased the bytes of a file, for a reason (a commitment). Each list that had the file says so.

    `lists` is the number of those lists.
    """

    round: str
    unit: str
    sha256: str
    lists: int
    reason: str


@dataclass(frozen=True, slots=True)
class FileRemoved:
    """The unit took a file off its list, while none of its claims named it. The bytes stay in the store."""

    round: str
    unit: str
    sha256: str


@dataclass(frozen=True, slots=True)
class CriterionAssigned:
    """The unit handed a criterion to one of its people; it replaces the assignment before. `to` "": taken back.

    The events of assignments are in a stream of their own, so that none of them moves the sheet, and assigning appends
    them; they are defined here because the list of rounds counts the criteria of the reader.
    """

    round: str
    unit: str
    criterion: str
    to: str


@dataclass(frozen=True, slots=True)
class AppraisalExtended:
    """The office gave a stage of the appraisal of a unit more time, for the closing of this number.

    `until` is an instant, `reason` a commitment. `stage` is the first appraisal, the explanation, or the last
    appraisal, which is written as the second one.
    """

    SCHEMA: ClassVar[int] = 2
    round: str
    unit: str
    closing: int
    until: str
    reason: str
    stage: ValueStage = ValueStage.APPRAISAL_2


@dataclass(frozen=True, slots=True)
class AppraisalCompleted:
    """The council finished a unit's appraisal for the closing of this number; these findings replace earlier ones."""

    round: str
    unit: str
    closing: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TextErased:
    """The office erased a text from the vault, for a reason (a commitment). `unit` "": it is a text of the round."""

    round: str
    unit: str
    commitment: str
    reason: str


def erasure_of(commitment: str) -> str:
    """Return the stream that says that a text was erased; it has one event at most."""
    return f"erasure-{commitment}"


def stream_of(round_id: str, unit: str) -> str:
    """Return the stream of a unit's sheet."""
    return f"sheet-{round_id}/{unit}"


def files_of(round_id: str, unit: str) -> str:
    """Return the stream of a unit's files."""
    return f"files-{round_id}/{unit}"


def assignments_of(round_id: str, unit: str) -> str:
    """Return the stream of a unit's assignments."""
    return f"assignments-{round_id}/{unit}"


UPCASTERS = {
    ("ClaimEntered", 1): by_defaults,
    ("ClaimUpheld", 1): by_defaults,
    ("ClaimUpheld", 2): by_defaults,
    ("ClaimUpheld", 3): by_defaults,
    ("ClaimCorrected", 1): by_defaults,
    ("ClaimCorrected", 2): by_defaults,
    ("ClaimCorrected", 3): by_defaults,
    ("FileUploaded", 1): by_defaults,
    ("FileUploaded", 2): by_defaults,
    ("AppraisalExtended", 1): by_defaults,
}
