"""HTTP endpoints of the pages on which a unit self-scores: the list of its sheets, and one criterion.

They execute the commands that the API executes. Links are relative, so the pages work under any address of a gateway.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from assessment.opening.queries import UnitInRound, listed_rounds, rounds_of, units_of_rounds
from assessment.opening.stages import ValueStage
from assessment.opening.state import FoundRound
from assessment.opening.terms import Terms
from assessment.self_scoring.api import claim
from assessment.self_scoring.bodies import ClaimIn
from assessment.self_scoring.checks import unreported
from assessment.self_scoring.display import (
    CLAIMABLE,
    LOCKED,
    MINE,
    STAGE_COLUMNS,
    by_area,
    claim_rows,
    conflict_of,
    earlier_rows,
    extension_rows,
    history_lines,
    lock_of_claim,
    neighbours,
    person_said,
    round_task,
    stage_rows,
    summary_of,
    tried,
    worth_of,
)
from assessment.self_scoring.events import assignments_of, stream_of
from assessment.self_scoring.forms import (
    LABELS,
    MOST_DOCUMENTS,
    THEN,
    OfferedFile,
    check_files,
    claim_form,
    claim_in,
    documents_in,
    errors_of,
    figure_fields,
    offered_at,
    texts_of,
    texts_with,
    typed_figures,
)
from assessment.self_scoring.queries import (
    Assigned,
    ShownClaim,
    assigned_among,
    assigned_in,
    attachable_files,
    claimed_last,
    earlier_claim,
    history_of,
    sheets_of,
)
from assessment.self_scoring.reading import READERS, OpenSheet, claimable_terms, open_part, parts_in
from assessment.self_scoring.refusals import CriterionNotSelfScoredError
from assessment.self_scoring.state import Sheet, SheetState, stage_of
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.auth.principal import Principal
from parindex.eventstore.appending import Appended, StreamMovedError
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.http.routes import join_routes
from parindex.http.write_endpoints import WriteRequest
from parindex.instant import instant
from parindex.refusal import ConfirmationNeededError, Refused
from parindex.service import ServiceContext
from parindex.web.answering import fragment, page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, SentForm, fresh_key, see_other
from parindex.web.parts import Tag, Task
from parindex.web.problem_pages import ProblemPages
from parindex.web.rendering import Templates, Visitor
from parindex.web.saving import save_beside_others

TEMPLATES: Final = Templates("assessment.self_scoring")
problem_page: Final = ProblemPages(TEMPLATES)
CRITERION: Final = "/rounds/{round}/units/{unit}/criteria/{criterion}"
ROOT: Final = "../../../../../"
"""The way from a criterion's page to the root of the service."""

WAITS_FOR: Final = {
    SheetState.DRAFT: (Role.UNIT,),
    SheetState.SENT: (Role.LEADER,),
    SheetState.APPROVED: (Role.UNIT,),
    SheetState.RETURNED: (Role.UNIT,),
}
"""Who has to do something with a sheet now; no person of the unit where it is submitted."""

OF_UNIT: Final = (Role.UNIT, Role.LEADER)
WATCHES: Final = (Role.OFFICE, Role.COUNCIL)
"""For them the start page leads to the rounds, and to the criteria sets."""

Claimant = Annotated[Asker, allow_page(Role.UNIT)]
"""Who acts for the unit, or for an agency that claims some of its criteria; `claimable_terms` checks it."""
Reader = Annotated[Asker, allow_page(*READERS, reads="self-score")]
Offered = Annotated[
    list[str],
    Query(default_factory=list, max_length=MOST_DOCUMENTS, description="tệp sẽ đính kèm; files to attach"),
]


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What an address asks for: a criterion. `mine`: in the list of the reader's own; `saved`: the one saved last.

    `files` are the digests of files that the form offers to attach.
    """

    criterion: str
    mine: bool = False
    saved: str = ""
    files: Sequence[str] = ()

    @property
    def query(self) -> str:
        """The query of the form's address, so that a refused form offers the same."""
        pairs = [("only", MINE)] if self.mine else []
        return f"?{found}" if (found := urlencode([*pairs, *(("file", each) for each in self.files)])) else ""


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def rounds_page(asker: Annotated[Asker, allow_page(*OF_UNIT, *WATCHES, Role.APPRAISER)]) -> Response:
        rounds = await rounds_of(context.log, [one.round for one in await listed_rounds(context.engine)])
        tasks = await _round_tasks(context, rounds, asker)
        return _page(
            "rounds.html",
            "",
            Visitor("", SIGN_OUT, asker.subject),
            of_unit=asker.principal.has(OF_UNIT),
            official=asker.principal.has((*WATCHES, Role.APPRAISER)),
            makes_sets=asker.principal.has(WATCHES),
            is_office=asker.principal.has(Role.OFFICE),
            tasks=tasks,
            rounds=[each for one in rounds for each in _official_tasks(one, asker.principal)],
        )

    join_routes(router, _of_criterion(context))
    return router


def _of_criterion(context: ServiceContext) -> APIRouter:
    """Build the routes of the page of one criterion."""
    router = APIRouter(include_in_schema=False)

    @router.get(CRITERION)
    async def criterion_page(
        round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Reader, file: Offered,
        saved: str = "", only: str = "",
    ) -> Response:  # fmt: skip
        opened = await open_part(context.log, asker, round, unit)
        asked = AskedFor(criterion, mine=only == MINE, saved=saved, files=file)
        return await _criterion_page(context, opened, asked, asker)

    @router.post(CRITERION, **PAGE_FORM)
    async def save_claim(
        request: Request, round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Claimant, file: Offered,
        only: str = "",
    ) -> Response:  # fmt: skip
        await claimable_terms(context.log, asker, round, unit)
        opened = await open_part(context.log, asker, round, unit)
        row, leaf = opened.row(criterion)
        sent, asked = await claim_form(leaf).read(request), AskedFor(criterion, mine=only == MINE, files=file)
        if sent.text(THEN) in {"more", "try"}:
            return await _criterion_page(context, opened, asked, asker, sent)
        try:
            body = claim_in(sent, leaf)
            digests = [each.sha256 for each in body.evidence if each.sha256]
            here = await attachable_files(context.log, opened.terms, digests)
            check_files(body, {*_digests(row.claim), *(each.sha256 for each in here)})
            await save_criterion(context, opened.terms, criterion, body, sent.write, asker)
        except Refused as refused:
            again = await open_part(context.log, asker, round, unit)
            return await _criterion_page(context, again, asked, asker, sent, refused)
        of_me = (await assigned_in(context.log, opened.terms)).of(asker.subject) if asked.mine else ()
        _, after, _ = neighbours(opened.terms, criterion, of_me)
        to = after if after and sent.text(THEN) == "next" else criterion
        return see_other(f"{to}?saved={criterion}" + (f"&only={MINE}" if asked.mine else ""))

    @router.get(CRITERION + "/points")
    async def typed_points(
        round: RoundId,
        unit: UnitCode,
        criterion: CriterionCode,
        texts: Annotated[dict[str, str], Depends(typed_figures)],
        asker: Claimant,
    ) -> Response:
        terms = await claimable_terms(context.log, asker, round, unit)
        if criterion not in terms.appraisers:
            raise CriterionNotSelfScoredError(criterion)
        return fragment(tried(terms.leaves[criterion], texts))

    return router


def _official_tasks(found: FoundRound, principal: Principal) -> Iterator[Task]:
    """Yield a round as those see it who watch it or appraise something of it: with the page that is theirs."""
    opened, closed = found.opened, found.state.closed
    status, kind = ("Đã đóng", Tag.DONE) if closed else ("Đang mở", Tag.PLAIN)
    agencies = {opened.authority, *(each.appraiser for each in opened.appraisers)}
    units = sum(len(block.units) for block in opened.blocks)
    if principal.may(WATCHES, opened.authority):
        yield Task(
            opened.shown_title, status, kind, f"rounds/{opened.round}", f"{units} đơn vị: tiến độ, gia hạn, đóng đợt"
        )
    elif not closed and any(principal.may(Role.APPRAISER, agency) for agency in agencies):
        yield Task(opened.shown_title, status, kind, f"rounds/{opened.round}/appraisal", "Thẩm định các đơn vị đã nộp")


async def _round_tasks(context: ServiceContext, found: Sequence[FoundRound], asker: Asker) -> list[Task]:
    """Return the sheets of the asker's units, newest round first."""
    may, now = asker.principal.may, instant(await context.moment())
    units = [
        each for of_it in await units_of_rounds(context.log, found, lambda code: may(OF_UNIT, code)) for each in of_it
    ]
    sheets = await sheets_of(context.log, [each.terms for each in units])
    assigned = await assigned_among(context.log, [each.terms for each in units])
    several, tasks = len({each.terms.unit for each in units}) > 1, []
    for each in units:
        sheet = sheets[stream_of(each.terms.round, each.terms.unit)]
        explains = stage_of(each.terms, sheet) is ValueStage.EXPLANATION
        mine = may((Role.UNIT,) if explains else WAITS_FOR.get(sheet.state, ()), each.terms.unit)
        title = f"{each.title} – {each.name}" if several else each.title
        of_me = assigned[assignments_of(each.terms.round, each.terms.unit)].of(asker.subject)
        tasks.append(round_task(sheet, each.terms, title, now, of_me, mine=mine))
    parts = await parts_in(context.log, found, asker.principal)
    of_parts = await sheets_of(context.log, [each.terms for each in parts])
    tasks += [_part_task(each, of_parts[stream_of(each.terms.round, each.terms.unit)], now) for each in parts]
    asker.checked = True  # nothing is shown but what `may` admitted
    return tasks


def _part_task(of: UnitInRound, sheet: Sheet, now: str) -> Task:
    """Return the part of a unit in the list of rounds, for an agency that claims it."""
    mine = sheet.state in CLAIMABLE and bool(unreported(of.terms, sheet))
    return round_task(sheet, of.terms, f"{of.title} – tự chấm thay {of.name}", now, (), mine=mine)


async def save_criterion(
    context: ServiceContext, terms: Terms, criterion: str, body: ClaimIn, write: WriteRequest, asker: Asker
) -> None:
    """Save a claim from a page. Raises as `save_beside_others` does."""

    async def attempt(write: WriteRequest) -> Appended:
        return await claim(context, terms, criterion, body, write, asker)

    await save_beside_others(attempt, lambda: claimed_last(context.log, terms, criterion), write)


async def _criterion_page(
    context: ServiceContext,
    opened: OpenSheet,
    asked: AskedFor,
    asker: Asker,
    sent: SentForm | None = None,
    refused: Refused | None = None,
) -> Response:
    criterion, saved = asked.criterion, asked.saved
    row, leaf = opened.row(criterion)
    [(area, _)] = by_area(opened.criteria_set, [row])
    texts = {name: sent.text(name) for name in sent.fields} if sent else texts_of(row.claim, leaf)
    own = opened.is_own(criterion)
    lock = lock_of_claim(opened.sheet, opened.terms, criterion, instant(await context.moment()))
    editable = own and (lock is None or (sent is not None and opened.sheet.state not in LOCKED))  # typed texts stay
    files = await _files(context, opened, asked, texts, fresh=sent is None) if editable else FormFiles()
    then = sent.text(THEN) if sent else ""
    stale = isinstance(refused, StreamMovedError)
    conflict = conflict_of(opened.sheet.version, row.claim, texts, leaf) if stale and row.claim else None
    of_unit = asker.principal.may((Role.UNIT, Role.LEADER), opened.terms.unit)  # assignments are for them alone
    assigned = await assigned_in(context.log, opened.terms) if of_unit else Assigned()
    before, after, place = neighbours(opened.terms, criterion, assigned.of(asker.subject) if asked.mine else ())
    mark = f"?only={MINE}" if asked.mine else ""
    earlier = await earlier_claim(context.engine, context.log, opened.terms, criterion)
    return _page(
        "criterion.html",
        ROOT,
        Visitor(opened.name, ROOT + SIGN_OUT, opened.account, opened.terms.note),
        STATUS[refused.kind][0] if refused else 200,
        leaf=leaf,
        unit=opened.name,
        unit_code=opened.terms.unit,
        round=opened.terms.round,
        place=place,
        before=before and before + mark,
        after=after and after + mark,
        mark=mark,
        address=criterion,
        query=asked.query,
        offered=files.offered,
        attached=files.attached,
        ignored=files.ignored,
        summary=summary_of(row, leaf, area, person_said(assigned.to(criterion), asker.subject)),
        figures=figure_fields(leaf.rule),
        texts=texts,
        labels=LABELS,
        tried=tried(leaf, texts) if then == "try" else "",
        documents=min(
            max(documents_in(texts) + (then == "more"), *(at + 1 for at in files.offered), 1), MOST_DOCUMENTS
        ),
        most_documents=MOST_DOCUMENTS,
        errors={} if refused is None or conflict else errors_of(refused, leaf, texts),
        warnings=refused.places if isinstance(refused, ConfirmationNeededError) else [],
        conflict=conflict,
        history=history_lines(await history_of(context.log, opened.terms, criterion, opened.drafts), leaf),
        earlier=earlier,
        earlier_rows=earlier_rows(earlier),
        claim=claim_rows(row.claim, leaf),
        stages=stage_rows(row, leaf),
        stage_columns=STAGE_COLUMNS,
        derivable=opened.derivable,
        explained=criterion in opened.sheet.explainable,
        earlier_points=worth_of(earlier.leaf, earlier.row.claim).text if earlier else "",
        key=fresh_key(),
        version=sent.write.if_match if sent and not stale else opened.sheet.version,
        editable=editable,
        lock=lock,
        claimant=row.claimant,
        extended=extension_rows(opened.sheet, opened.terms),
        saved=f"Đã lưu tiêu chí {saved}." if saved in opened.terms.appraisers else "",
        saved_at=saved,
        person=asker.principal.subject,
        claimed=row.claim.position if row.claim else 0,
        unsaved=sent is not None,
    )


@dataclass(frozen=True, slots=True)
class FormFiles:
    """The files of the form of a claim: those that it offers by their documents, and the names of attached ones.

    `ignored`: how many of the asked ones the unit has not. An attached file that the unit has no more has no name.
    """

    offered: Mapping[int, OfferedFile] = field(default_factory=dict)
    attached: Mapping[str, str] = field(default_factory=dict)
    ignored: int = 0


async def _files(
    context: ServiceContext, opened: OpenSheet, asked: AskedFor, texts: dict[str, str], *, fresh: bool
) -> FormFiles:
    """Return the files of the form.

    A fresh form has each offered file ticked; in one that was sent they are as the person left them. The texts lose a
    digest of which the unit has no file.
    """
    row, _ = opened.row(asked.criterion)
    own = _digests(row.claim)
    typed = {name: text for name, text in texts.items() if name.startswith("sha256-") and text and text not in own}
    wanted = [each for each in dict.fromkeys([*asked.files, *typed.values()]) if each not in own]
    found = await attachable_files(context.log, opened.terms, [*own, *wanted])
    attached = {each.sha256: each.name for each in found if each.sha256 in own}
    files = [each for each in found if each.sha256 not in own]
    here = {each.sha256 for each in files}
    texts |= {name: "" for name, digest in typed.items() if digest not in here}
    places = offered_at(texts, files)
    if fresh:
        texts |= texts_with(places, [each.claim for each in opened.sheet.rows if each.claim])
    offered = {at: OfferedFile(file, texts.get(f"sha256-{at}") == file.sha256) for at, file in places.items()}
    return FormFiles(offered, attached, len({*asked.files} - here - own))


def _digests(claim: ShownClaim | None) -> frozenset[str]:
    return frozenset(each.sha256 for each in claim.evidence if each.sha256) if claim else frozenset()


def _page(template: str, root: str, visitor: Visitor, status: int = 200, **values: object) -> Response:
    return page(TEMPLATES.render(template, root, visitor, **values), status)
