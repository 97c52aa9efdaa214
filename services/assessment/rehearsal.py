"""Assessment without its log: the same bodies and the same decisions, one command after another, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assessment.appraising.bodies import Findings
from assessment.appraising.closing import round_closing
from assessment.appraising.commands import AnnounceFirstAppraisal, CloseRound, CompleteAppraisal, MakeFindings
from assessment.appraising.decisions import appraising
from assessment.appraising.state import ActingAppraiser, UnitCompletion
from assessment.enacting.bodies import EnactmentIn
from assessment.enacting.commands import EnactCriteriaSet
from assessment.enacting.decisions import enacting
from assessment.explaining.bodies import Explanations
from assessment.explaining.commands import ExplainCuts, SubmitExplanation
from assessment.explaining.decisions import explaining
from assessment.opening.bodies import RoundIn
from assessment.opening.decisions import opening
from assessment.opening.state import Round
from assessment.opening.terms import Terms, terms_for
from assessment.reporting.commands import ApproveSelfScore, SendToLeader, SubmitSelfScore
from assessment.reporting.decisions import reporting
from assessment.self_scoring.bodies import ListedClaimIn
from assessment.self_scoring.commands import EnterClaims
from assessment.self_scoring.decisions import self_scoring
from assessment.self_scoring.state import Sheet
from parindex.auth.principal import Role, covers
from parindex.contracts.criteria import CriteriaSet
from parindex.eventstore.decider import Decider
from parindex.eventstore.sealing import Seals
from parindex.http.malformed import places_in_body
from parindex.instant import instant
from parindex.refusal import Place, Refused

CLAIMS = TypeAdapter(list[ListedClaimIn])
FINDINGS: TypeAdapter[Any] = TypeAdapter(Findings)
EXPLANATIONS: TypeAdapter[Any] = TypeAdapter(Explanations)


class UnjudgedError(Exception):
    """The command depends on one that was refused before, or that is missing."""


@dataclass(slots=True)
class AssessmentRehearsal:
    """See `parindex.client_checks.Rehearsal`. Of what builds on something that was refused, only the form is judged."""

    now: datetime
    sets: dict[str, CriteriaSet] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    stuck: set[str] = field(default_factory=set)
    round: Round = field(default_factory=Round)
    terms: dict[str, Terms] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)

    def __call__(self, method: str, path: str, body: object, by: str) -> Sequence[Place]:  # noqa: ARG002  # one way to send each
        parts = path.strip("/").split("/")[1:]
        try:
            self._carry_out(parts, body, by)
        except ValidationError as error:
            self.stuck |= set(parts[3:4])
            return places_in_body(error, body)
        except Refused as refused:
            return refused.places or [Place("", refused.vi, refused.en)]
        except UnjudgedError:
            pass
        return ()

    def receive(self, contract: object) -> None:
        """Ignore contracts: no command of assessment depends on another service."""

    def _carry_out(self, path: Sequence[str], body: Any, by: str) -> None:
        match path:
            case ["criteria-sets"]:
                self._enact(EnactmentIn.model_validate(body))
            case ["rounds"]:
                self._open(RoundIn.model_validate(body))
            case ["rounds", _, "units", unit, *step]:
                self._step_of_unit(unit, step, body, by)
            case ["rounds", round_id, "closing"]:
                completions = tuple(self._completion(unit, due) for unit, due in self.round.due.items())
                facts = round_closing.decide(CloseRound(round_id, completions), self.round)
                self.round = reduce(round_closing.evolve, facts, self.round)
            case _:
                raise LookupError(path)

    def _step_of_unit(self, unit: str, step: Sequence[str], body: Any, by: str) -> None:
        match step:
            case ["claims"]:
                self._claim(unit, CLAIMS.validate_python(body))
            case ["self-score", name]:
                self._on_sheet(unit, reporting, _step(name, self._terms(unit), instant(self.now)))
            case ["appraisal", "findings"]:
                self._find(unit, FINDINGS.validate_python(body), by)
            case ["appraisal", "decisions"]:
                self._find(unit, FINDINGS.validate_python(body), by, council=True)
            case ["appraisal", "announcement"]:
                terms = self._terms(unit)
                announce = AnnounceFirstAppraisal(terms, _appraiser(terms, by), instant(self.now))
                self._on_sheet(unit, appraising, announce)
            case ["explanations"]:
                self._explain(unit, EXPLANATIONS.validate_python(body))
            case ["explanation", "submission"]:
                leader = by.startswith(f"{Role.LEADER}@")
                self._on_sheet(unit, explaining, SubmitExplanation(self._terms(unit), leader, instant(self.now)))
            case ["appraisal", "completion"]:
                terms = self._terms(unit)
                self._on_sheet(unit, appraising, CompleteAppraisal(terms, _appraiser(terms, by), instant(self.now)))
            case _:
                raise LookupError(step)

    def _enact(self, body: EnactmentIn) -> None:
        criteria_set = body.criteria_set.to_record()
        # a round may be opened with the set, so that the rest of the file can be judged
        self.sets[criteria_set.code] = criteria_set
        self.broken.add(criteria_set.code)
        enacting.decide(EnactCriteriaSet(body.authority, criteria_set, "/criteria_set"), enacting.initial)
        self.broken.remove(criteria_set.code)

    def _open(self, body: RoundIn) -> None:
        facts = opening.decide(body.command(self.sets, instant(self.now)), self.round)
        self.round = reduce(opening.evolve, facts, self.round)

    def _claim(self, unit: str, body: Sequence[ListedClaimIn]) -> None:
        seals = Seals()
        claims = tuple(claim.to_record(claim.criterion, seals, f"/{index}") for index, claim in enumerate(body))
        self._on_sheet(unit, self_scoring, EnterClaims(self._terms(unit), claims, instant(self.now)))

    def _explain(self, unit: str, body: Any) -> None:
        seals = Seals()
        said = tuple(each.to_record(each.criterion, seals, f"/{index}") for index, each in enumerate(body))
        self._on_sheet(unit, explaining, ExplainCuts(self._terms(unit), said, instant(self.now)))

    def _find(self, unit: str, body: Any, by: str, *, council: bool = False) -> None:
        terms, seals = self._terms(unit), Seals()
        findings = tuple(finding.to_record(seals, f"/{index}") for index, finding in enumerate(body))
        command = MakeFindings(terms, findings, _appraiser(terms, by), instant(self.now), council)
        self._on_sheet(unit, appraising, command)

    def _on_sheet(self, unit: str, decider: Decider[Any, Sheet, Any], command: object) -> None:
        sheet = self.sheets.get(unit, Sheet())
        self.stuck.add(unit)
        self.sheets[unit] = reduce(decider.evolve, decider.decide(command, sheet), sheet)
        self.stuck.remove(unit)

    def _terms(self, unit: str) -> Terms:
        if unit in self.stuck:
            raise UnjudgedError
        if unit not in self.terms:
            self.terms[unit] = self._new_terms(unit)
        return self.terms[unit]

    def _new_terms(self, unit: str) -> Terms:
        place = self.round.block_and_unit(unit)
        if place is None or self.round.opened is None or place[0].criteria_set in self.broken:
            raise UnjudgedError
        block, entry = place
        due, until = self.round.due[unit], self.round.appraisal_until[unit]
        return terms_for(
            self.round.opened, block, self.sets[block.criteria_set], unit, due, until, entry.not_applicable
        )

    def _completion(self, unit: str, due: int) -> UnitCompletion:
        sheet, place = self.sheets.get(unit, Sheet()), self.round.block_and_unit(unit)
        name = place[1].name if place else unit
        try:
            criteria, completed_for = len(self._terms(unit).appraisers), sheet.completed_for
        except UnjudgedError:  # of that unit something else was said already
            criteria, completed_for = 0, due
        return UnitCompletion(
            unit, name, criteria, len(sheet.claims), sheet.submitted, len(sheet.findings), completed_for
        )


def _step(name: str, terms: Terms, at: str) -> SendToLeader | ApproveSelfScore | SubmitSelfScore:
    match name:
        case "sending":
            return SendToLeader(terms, at)
        case "approval":
            return ApproveSelfScore(terms, 0, at)  # versions are not counted here: one command follows another
        case "submission":
            return SubmitSelfScore(terms, at)
    raise LookupError(name)


def _appraiser(terms: Terms, by: str) -> ActingAppraiser:
    node = by.rpartition("@")[2]
    agencies = {terms.authority, *terms.appraisers.values()}
    return ActingAppraiser(frozenset(each for each in agencies if covers(node, each)), frozenset((node,)), by)
