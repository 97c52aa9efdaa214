"""Queries for a unit's sheet: the claim and the finding of each criterion, by whom and when."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from assessment.opening.queries import listed_rounds, terms_of
from assessment.opening.stages import ValueStage
from assessment.opening.terms import Terms
from assessment.self_scoring.checks import MissingPart, missing_from
from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.decisions import self_scoring
from assessment.self_scoring.events import (
    AppraisalExtended,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    CutExplained,
    FileErased,
    FileRemoved,
    FileScanned,
    FileUploaded,
    PartReported,
    PartReturned,
    SelfScoreApproved,
    SelfScoreRecalled,
    SelfScoreReturned,
    SelfScoreSent,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
    SelfScoringExtended,
    assignments_of,
    files_of,
    stream_of,
)
from assessment.self_scoring.state import (
    STATE_AFTER,
    Sheet,
    SheetState,
    dated_stages,
    deadline_of,
    evolve,
    said_by,
    stage_deadline,
    stage_of,
)
from assessment.self_scoring.texts import commitments_in, shown_texts, verified_texts
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import Criterion
from parindex.contracts.uncomputable import UncomputableError
from parindex.eventstore.command_handling import load
from parindex.eventstore.log import Log
from parindex.eventstore.moments import NOW, Until, pages_until, turn_to_fold
from parindex.eventstore.registry import Recorded
from parindex.numbers import to_wire
from parindex.web.arithmetic_words import Arithmetic, arithmetic_of

MOST_EARLIER: Final = 3
"""Earlier rounds in which a claim of the same criterion is looked for."""
EVENTS_AT_ONCE: Final = 1_000
"""Events of a sheet that are read at once up to a moment; they are decoded in the event loop."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Behind the events of a sheet: the text of each commitment, or why it is missing, and the digests of its files."""

    texts: Mapping[str, str]
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """What the unit claims; `position` is the entry of the log that says so, `by` an account's id.

    `files` has the digests among the evidence whose file the unit has uploaded; other documents are named only.
    """

    figures: dict[str, str]
    applicable: bool
    evidence: list[Evidence]
    files: list[str]
    explanation: str
    confirmed: list[str]
    by: str
    at: str
    position: int


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """What an appraiser, or the council, found at a stage, who it was, and why."""

    stage: ValueStage
    upheld: bool
    figures: dict[str, str]
    applicable: bool
    points: str
    comment: str
    confirmed: list[str]
    by: str
    at: str
    position: int


@dataclass(frozen=True, slots=True)
class ShownValue:
    """The value that a criterion has of one stage: figures, and the points that they earn, exactly as scoring computes.

    `points_given`: the points were set, not earned. `points` is "" where the criterion does not apply, and
    where the figures earn none. `arithmetic` says in Vietnamese how the figures earned the points; "" where they did
    not. `reason` is the unit's explanation, or the appraiser's comment; `evidence` is what the
    unit added at this stage. An explanation that states no figures has none: the value of the stage before it stands.
    """

    stage: ValueStage
    figures: dict[str, str]
    applicable: bool
    points: str
    points_given: bool
    arithmetic: str
    upheld: bool
    reason: str
    evidence: list[Evidence]
    by: str
    at: str
    position: int


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One leaf of the set. `appraiser` is empty for a survey criterion, which is not claimed, and where `excluded`.

    `claimant` is the agency that claims it in place of the unit, "" where the unit does.
    `excluded`: the round says that the criterion does not apply to this unit.

    `finding` is the one that counts; `values` has the value of each stage that has one, in the order of the stages.
    """

    criterion: str
    name: str
    maximum: str
    rule_text: str
    evidence_required: bool
    appraiser: str
    claim: ShownClaim | None
    finding: ShownFinding | None
    values: list[ShownValue]
    excluded: bool = False
    claimant: str = ""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry of the log about a criterion: a claim, an explanation, a finding, or a return of the whole sheet."""

    by: str
    at: str
    claim: ShownClaim | None = None
    finding: ShownFinding | None = None
    note: str = ""
    explained: ShownValue | None = None


@dataclass(frozen=True, slots=True)
class CriterionAt:
    """A criterion of a sheet as it was at a moment, and its history until then. It has no files of the unit."""

    row: SheetRow
    history: list[HistoryEntry]


@dataclass(frozen=True, slots=True)
class EarlierClaim:
    """What the same unit claimed for the criterion of the same code in an earlier round. `row` has a claim."""

    round: str
    title: str
    year: int
    leaf: Criterion
    row: SheetRow


@dataclass(frozen=True, slots=True)
class AttachableFile:
    """A file of the unit that a claim may name, with the period that it proves ("" where the unit stated none)."""

    sha256: str
    name: str
    effective_from: str
    effective_to: str


@dataclass(frozen=True, slots=True)
class AssignedTo:
    """The account that has a criterion, who assigned it, and when."""

    to: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """The assignments of a unit by criterion, and the version of their stream. A criterion without one is not in it."""

    version: int = 0
    persons: Mapping[str, AssignedTo] = field(default_factory=dict)

    def of(self, person: str) -> frozenset[str]:
        """Return the criteria of a person."""
        return frozenset(code for code, one in self.persons.items() if one.to == person)

    def to(self, criterion: str) -> str:
        """Return the person of a criterion; "" for none."""
        return self.persons[criterion].to if criterion in self.persons else ""


@dataclass(frozen=True, slots=True)
class SheetMove:
    """A move of the whole sheet: its kind, the state that the sheet came to, the account, and when."""

    move: str
    state: SheetState
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class StageDate:
    """Until when a unit is at a stage, as an instant; "" for ever. `begins`: from when, for self-scoring alone.

    `reason` is the office's for its last extension of the stage, `by` an account's id, `at` when; "" without one.
    """

    stage: ValueStage
    begins: str
    until: str
    reason: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    """The criteria that an agency claims in place of the unit, and how far it is.

    `missing` counts those that lack something. `at` and `by` say when and by whom it was reported, or returned with
    the `note`; "" where neither was done.
    """

    claimant: str
    criteria: list[str]
    missing: int
    reported: bool
    at: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A unit's sheet. Times are instants; "" where it has not happened, or where there is no deadline.

    `since` and `by` (an account's id) say when and by whom it came to its `state`; both are "" for a first draft.
    `moves` has those since the sheet was sent to the leader, or submitted, the last time; the oldest is first.
    `note` is the leader's, as long as the sheet is returned. `missing` has all that a sending or submission needs.
    A `partial` one has the criteria that its reader claims in place of the unit, and of the rest only the state: no
    difficulties, no moves and no note.
    `stage` is the one whose values come next. `explainable` has the criteria that the unit may explain, once the first
    appraisal is announced; `explained` those that its submitted explanation is about.
    """

    round: str
    unit: str
    version: int
    training: bool
    approval: bool
    state: SheetState
    stage: ValueStage
    explainable: list[str]
    explained: list[str]
    since: str
    by: str
    moves: list[SheetMove]
    note: str
    difficulties: str
    missing: list[MissingPart]
    deadline: str
    dates: list[StageDate]
    submitted_at: str
    completed: bool
    rows: list[SheetRow]
    partial: bool = False
    parts: list[ShownPart] = field(default_factory=list)


MOVES: Final[Mapping[type, str]] = {
    SelfScoreSent: "sent",
    SelfScoreRecalled: "recalled",
    SelfScoreApproved: "approved",
    SelfScoreReturned: "returned",
    SelfScoreSubmitted: "submitted",
    SelfScoreWithdrawn: "withdrawn",
}


EXTENSIONS: Final = (SelfScoringExtended, AppraisalExtended)


async def sheets_of(log: Log, of: Iterable[Terms], types: Iterable[type] = ()) -> Mapping[str, Sheet]:
    """Return the states of some sheets by their streams, by one query. `types`: folded from events of these alone."""
    read = await log.read_streams((stream_of(terms.round, terms.unit) for terms in of), types)
    return {stream: self_scoring.fold(each.fact for each in recorded) for stream, recorded in read.items()}


async def sheet_of(log: Log, terms: Terms, until: Until = NOW, drafts: Collection[str] = ()) -> ShownSheet:
    """Return a unit's sheet from the log, or the part that its terms have, as of a moment: seen as soon as written.

    The texts are those that the vault has now. `drafts` has the criteria whose explanation the reader sees before it is
    submitted.
    """
    recorded = [each for each in await log.read_stream(stream_of(terms.round, terms.unit)) if until.includes(each)]
    sheet = self_scoring.fold(each.fact for each in recorded)
    moved = next((each for each in reversed(recorded) if type(each.fact) in STATE_AFTER), None)
    note = moved.fact.note if moved and isinstance(moved.fact, SelfScoreReturned) else ""
    of_criteria = [each for each in recorded if _is_row(each) and not _is_draft(each, sheet, drafts)]
    of_rows = [one for each in of_criteria for one in commitments_in(each.fact)]
    extended = {_extended(each.fact): each for each in recorded if isinstance(each.fact, EXTENSIONS)}
    reasons = [each.fact.reason for each in extended.values()]
    reasons += [each.fact.note for each in recorded if isinstance(each.fact, PartReturned)]
    texts = await shown_texts(log, [*of_rows, *reasons, *filter(None, [note, sheet.difficulties])])
    here = frozenset(await uploaded_files(log, terms, until))
    submitted = [each.entry.occurred_at for each in recorded if isinstance(each.fact, SelfScoreSubmitted)]
    latest = {(each.fact.criterion, stage_of_entry(each)): each for each in of_criteria}
    behind = Behind(texts, here)
    return ShownSheet(
        round=terms.round,
        unit=terms.unit,
        version=recorded[-1].entry.version if recorded else 0,
        training=terms.training,
        approval=terms.approval,
        state=sheet.state,
        stage=stage_of(terms, sheet),
        explainable=[code for code in sheet.cut if code in terms.appraisers],
        explained=[code for code in sheet.cut if code in terms.appraisers and code in (sheet.explained or ())],
        since=moved.entry.occurred_at if moved else "",
        by=moved.entry.actor if moved and not terms.partial else "",
        moves=[] if terms.partial else _moves(recorded),
        note="" if terms.partial else texts.get(note, ""),
        difficulties="" if terms.partial else texts.get(sheet.difficulties, ""),
        missing=list(missing_from(terms, sheet)),
        deadline=deadline_of(terms, sheet),
        dates=[
            _date(terms, sheet, stage, None if terms.partial else extended.get(stage), texts)
            for stage in dated_stages(terms)
        ],
        submitted_at=submitted[-1] if sheet.submitted else "",
        completed=sheet.completed_for >= terms.due,
        rows=[
            _row(leaf, terms, sheet, [latest.get((leaf.code, stage)) for stage in ValueStage], behind)
            for leaf in terms.leaves.values()
        ],
        partial=terms.partial,
        parts=_parts(terms, sheet, recorded, texts),
    )


async def history_of(log: Log, terms: Terms, criterion: str, drafts: Collection[str]) -> list[HistoryEntry]:
    """Return what happened to a criterion, the oldest first, with `drafts` as in `sheet_of`."""
    return (await criterion_at(log, terms, criterion, NOW, drafts)).history


async def criterion_at(log: Log, terms: Terms, criterion: str, until: Until, drafts: Collection[str]) -> CriterionAt:
    """Return a criterion of a sheet as it was at a moment, with what had happened to it, the oldest first.

    The texts are those that the vault has now: one that was erased since is shown as erased. A stream may be long: a
    process folds one at a time, outside its event loop, and keeps only what is about the criterion. `drafts` is as in
    `sheet_of`.
    """
    sheet, recorded = Sheet(), list[Recorded]()
    async with turn_to_fold():
        async for page in pages_until(log, stream_of(terms.round, terms.unit), until, EVENTS_AT_ONCE):
            recorded += [each for each in page if _is_row(each, criterion) or _returned(each, terms)]
            sheet = await asyncio.to_thread(_after_page, sheet, page)
    recorded = [each for each in recorded if not _is_draft(each, sheet, drafts)]
    texts = await shown_texts(log, [one for each in recorded for one in commitments_in(each.fact)])
    leaf, behind = terms.leaves[criterion], Behind(texts, frozenset())
    latest = {stage_of_entry(each): each for each in recorded if _is_row(each)}
    row = _row(leaf, terms, sheet, [latest.get(stage) for stage in ValueStage], behind)
    return CriterionAt(row, [_change(each, sheet, leaf, behind) for each in recorded])


def _after_page(sheet: Sheet, page: Sequence[Recorded]) -> Sheet:
    return reduce(evolve, (each.fact for each in page), sheet)


async def earlier_claim(engine: AsyncEngine, log: Log, terms: Terms, criterion: str) -> EarlierClaim | None:
    """Return the unit's claim of the criterion in the newest earlier round that has one, or None.

    A training round is passed over. The last few rounds are looked at, so the number of queries does not grow with the
    years.
    """
    listed = [one for one in await listed_rounds(engine) if one.authority == terms.authority]
    codes = [one.round for one in listed]
    earlier = listed[codes.index(terms.round) + 1 :] if terms.round in codes else []
    async with engine.connect() as connection:
        begun = await log.heads_within(connection, [stream_of(one.round, terms.unit) for one in earlier])
    for one in [one for one in earlier if stream_of(one.round, terms.unit) in begun][:MOST_EARLIER]:
        then = await terms_of(log, one.round, terms.unit)
        rows = (await sheet_of(log, then)).rows if _comparable(then, terms, criterion) else []
        for row in rows:
            if row.criterion == criterion and row.claim:
                return EarlierClaim(one.round, one.title, one.year, then.leaves[criterion], row)
    return None


def _comparable(then: Terms, terms: Terms, criterion: str) -> bool:
    """Return whether an earlier claim may be shown: of no training round, and for a part by the same agency."""
    known = criterion in then.appraisers and not then.training
    return known and (not terms.partial or then.claimant(criterion) == terms.claimant(criterion))


async def uploaded_files(log: Log, terms: Terms, until: Until = NOW) -> Mapping[str, Recorded]:
    """Return the first uploads of the files that a unit has and has not removed, by their digests, in their order."""
    found: dict[str, Recorded] = {}
    for recorded in filter(until.includes, await log.read_stream(files_of(terms.round, terms.unit))):
        if isinstance(recorded.fact, FileUploaded):
            found.setdefault(recorded.fact.sha256, recorded)
        elif isinstance(recorded.fact, FileRemoved):
            found.pop(recorded.fact.sha256, None)
    return found


async def files_sent_by(log: Log, terms: Terms, agencies: Collection[str]) -> frozenset[str]:
    """Return the digests of the files of a unit that agencies sent for their parts, and that were not removed since.

    Where the unit is one of them, none are looked up: it names any file.
    """
    if terms.unit in agencies:
        return frozenset()
    found = set[str]()
    for recorded in await log.read_stream(files_of(terms.round, terms.unit)):
        match recorded.fact:
            case FileUploaded(sha256=digest, agency=agency) if agency in agencies:
                found.add(digest)
            case FileRemoved(sha256=digest):
                found.discard(digest)
    return frozenset(found)


async def attachable_files(log: Log, terms: Terms, digests: Iterable[str]) -> list[AttachableFile]:
    """Return those of the digests whose file the unit has in this round, and may open, each once and in their order.

    With the terms of a part: those that its agencies have sent, and those that its claims name.
    """
    wanted = dict.fromkeys(digests)
    if wanted and terms.partial:
        of_part = await _files_of_part(log, terms)
        wanted = {each: None for each in wanted if each in of_part}
    if not wanted:
        return []
    found, rejected = dict[str, FileUploaded](), set[str]()
    for recorded in await log.read_stream(files_of(terms.round, terms.unit)):
        match recorded.fact:
            case FileUploaded() as fact:
                found.setdefault(fact.sha256, fact)
            case FileRemoved(sha256=digest) | FileErased(sha256=digest):
                found.pop(digest, None)
                rejected.discard(digest)
            case FileScanned(sha256=digest, signature=signature) if signature:
                rejected.add(digest)
            case FileScanned(sha256=digest):
                rejected.discard(digest)
    facts = [found[each] for each in wanted if each in found and each not in rejected]
    names = await shown_texts(log, [each.name for each in facts])
    return [AttachableFile(one.sha256, names.get(one.name, ""), one.effective_from, one.effective_to) for one in facts]


async def _files_of_part(log: Log, terms: Terms) -> Collection[str]:
    claims = await claims_of(log, terms, terms.claimants)
    named = {document.sha256 for claim in claims.values() for document in claim.evidence}
    return named | await files_sent_by(log, terms, {*terms.claimants.values()})


async def assigned_in(log: Log, terms: Terms) -> Assigned:
    """Return who of a unit has which criterion, in the order of the set."""
    return (await assigned_among(log, [terms]))[assignments_of(terms.round, terms.unit)]


async def assigned_among(log: Log, of: Sequence[Terms]) -> Mapping[str, Assigned]:
    """Return the assignments of some units by their streams, by one query."""
    by_stream = {assignments_of(terms.round, terms.unit): terms for terms in of}
    read = await log.read_streams(by_stream)
    return {stream: _assigned(by_stream[stream], recorded) for stream, recorded in read.items()}


def _assigned(terms: Terms, recorded: Sequence[Recorded]) -> Assigned:
    latest = {each.fact.criterion: each for each in recorded}
    found = {code: latest[code] for code in terms.appraisers if code in latest and latest[code].fact.to}
    persons = {code: AssignedTo(each.fact.to, each.entry.actor, each.entry.occurred_at) for code, each in found.items()}
    return Assigned(recorded[-1].entry.version if recorded else 0, persons)


async def claims_of(log: Log, terms: Terms, criteria: Iterable[str]) -> Mapping[str, ClaimEntered]:
    """Return the present claims of some criteria."""
    claims = (await load(log, stream_of(terms.round, terms.unit), self_scoring)).state.claims
    return {code: claims[code] for code in criteria if code in claims}


async def claimed_last(log: Log, terms: Terms, criterion: str) -> Recorded | None:
    """Return the entry that says the present claim of a criterion, or None."""
    stream = await log.read_stream(stream_of(terms.round, terms.unit))
    claims = [one for one in stream if isinstance(one.fact, ClaimEntered) and one.fact.criterion == criterion]
    return claims[-1] if claims else None


async def known_texts(log: Log, claims: Iterable[ClaimEntered]) -> Mapping[str, str]:
    """Return the texts of some claims by their commitments, as far as they open."""
    return await verified_texts(log, [one for claim in claims for one in commitments_in(claim)])


def _extended(fact: SelfScoringExtended | AppraisalExtended) -> ValueStage:
    return ValueStage.SELF if isinstance(fact, SelfScoringExtended) else fact.stage


def _date(
    terms: Terms, sheet: Sheet, stage: ValueStage, extended: Recorded | None, texts: Mapping[str, str]
) -> StageDate:
    begins = terms.deadlines.self_scoring_from if stage is ValueStage.SELF else ""
    until = stage_deadline(terms, sheet, stage)
    if extended is None:
        return StageDate(stage, begins, until, "", "", "")
    entry = extended.entry
    return StageDate(stage, begins, until, texts[extended.fact.reason], entry.actor, entry.occurred_at)


def _parts(terms: Terms, sheet: Sheet, recorded: Sequence[Recorded], texts: Mapping[str, str]) -> list[ShownPart]:
    """Return the parts of the terms, in the order of their agencies' codes."""
    last = {each.fact.claimant: each for each in recorded if isinstance(each.fact, PartReported | PartReturned)}
    lacking = {part.criterion for part in missing_from(terms, sheet)} if terms.claimants else set()
    shown = []
    for claimant in sorted({*terms.claimants.values()}):
        criteria = [code for code in terms.appraisers if terms.claimant(code) == claimant]
        moved = last.get(claimant)
        note = moved.fact.note if moved and isinstance(moved.fact, PartReturned) else ""
        shown.append(
            ShownPart(
                claimant,
                criteria,
                len(lacking & {*criteria}),
                claimant in sheet.reported,
                moved.entry.occurred_at if moved else "",
                moved.entry.actor if moved else "",
                texts.get(note, ""),
            )
        )
    return shown


def _moves(stream: Sequence[Recorded]) -> list[SheetMove]:
    """Return the moves of a sheet since it was last sent to the leader, or submitted where no leader approves."""
    moves = [each for each in stream if type(each.fact) in STATE_AFTER]
    kinds = {type(each.fact) for each in moves}
    begins = SelfScoreSent if SelfScoreSent in kinds else SelfScoreSubmitted
    begun = max((at for at, each in enumerate(moves) if type(each.fact) is begins), default=0)
    return [
        SheetMove(MOVES[type(one.fact)], STATE_AFTER[type(one.fact)], one.entry.actor, one.entry.occurred_at)
        for one in moves[begun:]
    ]


def _is_row(recorded: Recorded, criterion: str = "") -> bool:
    """Return whether an event is about a criterion: this one, or any."""
    fact = recorded.fact
    kinds = ClaimEntered | CutExplained | ClaimUpheld | ClaimCorrected
    return isinstance(fact, kinds) and criterion in {"", fact.criterion}


def _is_draft(recorded: Recorded, sheet: Sheet, drafts: Collection[str]) -> bool:
    """Return whether an event is an explanation that the unit has not submitted, which the reader does not see."""
    fact = recorded.fact
    return isinstance(fact, CutExplained) and fact.criterion not in {*(sheet.explained or ()), *drafts}


def _returned(recorded: Recorded, terms: Terms) -> bool:
    """Return whether an event is a return of the whole sheet, whose note is for the unit and not for its parts."""
    return isinstance(recorded.fact, SelfScoreReturned) and not terms.partial


def stage_of_entry(recorded: Recorded) -> ValueStage:
    """Return the stage of an event about a criterion."""
    fact: ClaimEntered | CutExplained | ClaimUpheld | ClaimCorrected = recorded.fact
    match fact:
        case ClaimEntered():
            return ValueStage.SELF
        case CutExplained():
            return ValueStage.EXPLANATION
        case ClaimUpheld() | ClaimCorrected():
            return fact.stage


def _change(recorded: Recorded, sheet: Sheet, leaf: Criterion, behind: Behind) -> HistoryEntry:
    by, at, fact = recorded.entry.actor, recorded.entry.occurred_at, recorded.fact
    if isinstance(fact, SelfScoreReturned):
        return HistoryEntry(by, at, note=behind.texts[fact.note])
    if isinstance(fact, ClaimEntered):
        return HistoryEntry(by, at, claim=shown_claim(recorded, fact, behind))
    if isinstance(fact, CutExplained):
        return HistoryEntry(by, at, explained=shown_value(recorded, sheet, leaf, behind))
    return HistoryEntry(by, at, finding=_finding(recorded, fact, behind.texts))


def _row(leaf: Criterion, terms: Terms, sheet: Sheet, by_stage: Sequence[Recorded | None], behind: Behind) -> SheetRow:
    said = [each for each in by_stage if each is not None]
    claim = next((each for each in said if isinstance(each.fact, ClaimEntered)), None)
    finding = next((each for each in reversed(said) if isinstance(each.fact, ClaimUpheld | ClaimCorrected)), None)
    shown = [each for each in said if not isinstance(each.fact, CutExplained) or each.fact.explanation]
    return SheetRow(
        criterion=leaf.code,
        name=leaf.name,
        maximum=leaf.maximum,
        rule_text=leaf.rule_text,
        evidence_required=leaf.evidence_required,
        appraiser=terms.appraisers.get(leaf.code, ""),
        claim=shown_claim(claim, claim.fact, behind) if claim else None,
        finding=_finding(finding, finding.fact, behind.texts) if finding else None,
        values=[shown_value(each, sheet, leaf, behind) for each in shown],
        excluded=leaf.code in terms.excluded,
        claimant=terms.claimants.get(leaf.code, ""),
    )


def shown_value(recorded: Recorded, sheet: Sheet, leaf: Criterion, behind: Behind) -> ShownValue:
    """Return what an event about a criterion gives it, as of its stage."""
    fact: ClaimEntered | CutExplained | ClaimUpheld | ClaimCorrected = recorded.fact
    figures, applicable, points = said_by(fact, sheet)
    own = fact if isinstance(fact, ClaimEntered | CutExplained) else None
    earned = _earned(leaf, _by_name(figures)) if applicable and figures and not points else None
    return ShownValue(
        stage=stage_of_entry(recorded),
        figures=_by_name(figures),
        applicable=applicable,
        points=to_wire(earned.points) if earned else points,
        points_given=bool(points),
        arithmetic=str(earned) if earned else "",
        upheld=isinstance(fact, ClaimUpheld),
        reason=behind.texts.get(own.explanation if own else getattr(fact, "comment", ""), ""),
        evidence=[_opened(item, behind.texts) for item in own.evidence] if own else [],
        by=recorded.entry.actor,
        at=recorded.entry.occurred_at,
        position=recorded.position,
    )


def _earned(leaf: Criterion, figures: dict[str, str]) -> Arithmetic | None:
    """Return how figures earn their points; None where they earn none."""
    if leaf.rule is None:
        return None
    try:
        return arithmetic_of(leaf.rule, leaf.maximum, figures)
    except UncomputableError:
        return None


def shown_claim(recorded: Recorded, fact: ClaimEntered, behind: Behind) -> ShownClaim:
    """Return the claim of an entry, with the texts behind its commitments."""
    return ShownClaim(
        figures=_by_name(fact.figures),
        applicable=fact.applicable,
        evidence=[_opened(item, behind.texts) for item in fact.evidence],
        files=sorted({item.sha256 for item in fact.evidence} & behind.files),
        explanation=behind.texts.get(fact.explanation, ""),
        confirmed=list(fact.confirmed),
        by=recorded.entry.actor,
        at=recorded.entry.occurred_at,
        position=recorded.position,
    )


def _finding(recorded: Recorded, fact: ClaimUpheld | ClaimCorrected, texts: Mapping[str, str]) -> ShownFinding:
    corrected = fact if isinstance(fact, ClaimCorrected) else None
    return ShownFinding(
        stage=fact.stage,
        upheld=corrected is None,
        figures=_by_name(corrected.figures) if corrected else {},
        applicable=corrected.applicable if corrected else True,
        points=corrected.points if corrected else "",
        comment=texts.get(fact.comment, ""),
        confirmed=list(corrected.confirmed) if corrected else [],
        by=recorded.entry.actor,
        at=recorded.entry.occurred_at,
        position=recorded.position,
    )


def _opened(evidence: Evidence, texts: Mapping[str, str]) -> Evidence:
    title = texts.get(evidence.title, "")
    return Evidence(
        evidence.number,
        evidence.issued_on,
        title,
        evidence.page,
        evidence.sha256,
        evidence.effective_from,
        evidence.effective_to,
    )


def _by_name(figures: Sequence[Figure]) -> dict[str, str]:
    return {figure.name: figure.value for figure in figures}
