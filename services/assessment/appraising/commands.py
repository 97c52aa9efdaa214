"""Commands of appraisers, of the council and of the office."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assessment.appraising.state import ActingAppraiser, ProposedFinding, UnitCompletion
from assessment.opening.stages import CouncilVotes, ValueStage
from assessment.opening.terms import Terms


@dataclass(frozen=True, slots=True)
class MakeFindings:
    """Uphold or correct some claims: all of these findings, or none. `council`: they are the council's decisions.

    `votes` has the votes by criterion, where a session of the round's council decides.
    """

    terms: Terms
    findings: tuple[ProposedFinding, ...]
    by: ActingAppraiser
    at: str
    council: bool = False
    votes: Mapping[str, CouncilVotes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnnounceFirstAppraisal:
    """Announce the results of the first appraisal to the unit, so that it can explain the corrections."""

    terms: Terms
    by: ActingAppraiser
    at: str


@dataclass(frozen=True, slots=True)
class EndExplanation:
    """End the time for explaining without the unit's explanation, for a reason (a commitment)."""

    terms: Terms
    by: ActingAppraiser
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class CompleteAppraisal:
    """Finish a unit's appraisal."""

    terms: Terms
    by: ActingAppraiser
    at: str


@dataclass(frozen=True, slots=True)
class ExtendAppraisal:
    """Give a stage of the appraisal of one unit time until an instant, for a reason (a commitment).

    `stage` is the first appraisal, the explanation, or the last appraisal, which is written as the second one.
    """

    terms: Terms
    until: str
    reason: str
    at: str
    stage: ValueStage = ValueStage.APPRAISAL_2


Appraising = MakeFindings | AnnounceFirstAppraisal | EndExplanation | CompleteAppraisal | ExtendAppraisal


@dataclass(frozen=True, slots=True)
class CloseRound:
    """Close the round; `completions` says how far each of its units is."""

    round: str
    completions: tuple[UnitCompletion, ...]


@dataclass(frozen=True, slots=True)
class ReopenRound:
    """Open a closed round again for these units (none named: for all), for a reason (a commitment).

    `appraisal_until` is until when they are appraised again; "" stands for no deadline.
    """

    round: str
    units: tuple[str, ...]
    reason: str
    at: str
    appraisal_until: str = ""


RoundClosing = CloseRound | ReopenRound
