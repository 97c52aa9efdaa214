"""The pages of a criterion's evidence: its documents with their pictures, upload, attaching and taking out."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.opening.terms import Terms
from assessment.proving.display import (
    ENDINGS,
    Outcome,
    SendingResult,
    evidence_rows,
    file_row,
    shown_size,
)
from assessment.proving.filing import Filing
from assessment.proving.forms import ATTACH, DETACH, attached, detached, take_sent
from assessment.proving.queries import claim_at, files_in, with_uses_elsewhere
from assessment.proving.refusals import ClaimNeededError
from assessment.self_scoring.bodies import ClaimIn
from assessment.self_scoring.display import differences, extension_rows, lock_of_claim
from assessment.self_scoring.forms import LABELS
from assessment.self_scoring.queries import SheetRow, ShownSheet, sheet_of
from assessment.self_scoring.reading import READERS, claimable_terms, claims_for, readable_part
from assessment.self_scoring.refusals import CriterionNotSelfScoredError
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.eventstore.appending import StreamMovedError
from parindex.http.multipart import FILES_FORM
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.http.write_endpoints import WriteRequest
from parindex.instant import instant
from parindex.refusal import Refused
from parindex.service import ServiceContext
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, FormShape, SentForm, fresh_key, see_other
from parindex.web.rendering import Templates, Visitor

TEMPLATES: Final = Templates("assessment.proving")
CRITERION: Final = "/rounds/{round}/units/{unit}/criteria/{criterion}"
ROOT: Final = "../../../../../../"

SaveClaim = Callable[[ServiceContext, Terms, str, ClaimIn, WriteRequest, Asker], Awaitable[None]]
"""Saves a claim at the version that its reader saw; raises StreamMovedError where another person saved it since."""

Claimant = Annotated[Asker, allow_page(Role.UNIT)]
"""Who acts for the unit, or for an agency that claims some of its criteria; `_claimable` checks it."""
Reader = Annotated[Asker, allow_page(*READERS, reads="evidence")]


@dataclass(frozen=True, slots=True)
class OpenCriterion:
    """A criterion of a unit's sheet. `unit` is the unit's name, `own`: the reader claims the criterion."""

    terms: Terms
    unit: str
    sheet: ShownSheet
    row: SheetRow
    own: bool
    asker: Asker


def routes(context: ServiceContext, filing: Filing, save_claim: SaveClaim) -> APIRouter:
    """Build the routes of these pages."""
    router = APIRouter(include_in_schema=False)

    @router.get(CRITERION + "/files")
    async def evidence_page(
        round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Reader, saved: str = ""
    ) -> Response:
        opened = await _opened(context, round, unit, criterion, asker)
        done = {"attached": "Đã đính kèm tài liệu.", "detached": "Đã gỡ tài liệu."}.get(saved, "")
        return await _page(context, opened, done=done)

    @router.post(CRITERION + "/files", **FILES_FORM)
    async def send_evidence(
        request: Request, round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Claimant
    ) -> Response:
        opened = await _claimable(context, round, unit, criterion, asker)
        return await _page(context, opened, results=await take_sent(filing, request, opened.terms, asker))

    async def saved(request: Request, opened: OpenCriterion, asker: Asker, form: FormShape, done: str) -> Response:
        """Save the claim that a form makes, or show why it was refused."""
        sent, claims = await form.read(request), [row.claim for row in opened.sheet.rows if row.claim]
        criterion, claim = opened.row.criterion, opened.row.claim
        try:
            if claim is None:
                raise ClaimNeededError(criterion)
            files = await files_in(context.log, opened.terms)
            body = (
                attached(criterion, claim, sent, claims, files) if form is ATTACH else detached(criterion, claim, sent)
            )
            await save_claim(context, opened.terms, criterion, body, sent.write, asker)
        except Refused as refused:
            again = await _opened(context, opened.terms.round, opened.terms.unit, criterion, asker)
            return await _page(context, again, sent=sent, refused=refused)
        return see_other(f"files?saved={done}")

    @router.post(CRITERION + "/evidence", **PAGE_FORM)
    async def attach_document(
        request: Request, round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Claimant
    ) -> Response:
        opened = await _claimable(context, round, unit, criterion, asker)
        return await saved(request, opened, asker, ATTACH, "attached")

    @router.post(CRITERION + "/evidence-removal", **PAGE_FORM)
    async def detach_document(
        request: Request, round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Claimant
    ) -> Response:
        opened = await _claimable(context, round, unit, criterion, asker)
        return await saved(request, opened, asker, DETACH, "detached")

    return router


async def _claimable(context: ServiceContext, round_id: str, unit: str, criterion: str, asker: Asker) -> OpenCriterion:
    """Load a criterion for one who claims something of the unit. Raises as `_opened` does."""
    await claimable_terms(context.log, asker, round_id, unit)
    return await _opened(context, round_id, unit, criterion, asker)


async def _opened(context: ServiceContext, round_id: str, unit: str, criterion: str, asker: Asker) -> OpenCriterion:
    """Load a criterion for a reader.

    Raises ForbiddenError, RoundUnknownError, UnitUnknownError and CriterionNotSelfScoredError.
    """
    found = await readable_part(context.log, asker, round_id, unit)
    if criterion not in found.terms.appraisers:
        raise CriterionNotSelfScoredError(criterion)
    sheet = await sheet_of(context.log, found.terms)
    row = next(each for each in sheet.rows if each.criterion == criterion)
    own = found.terms.claimant(criterion) in claims_for(asker, found.terms)
    return OpenCriterion(found.terms, found.name, sheet, row, own, asker)


async def _page(
    context: ServiceContext,
    opened: OpenCriterion,
    *,
    results: Sequence[SendingResult] = (),
    sent: SentForm | None = None,
    refused: Refused | None = None,
    done: str = "",
) -> Response:
    terms, sheet, row = opened.terms, opened.sheet, opened.row
    shown = await files_in(context.log, terms)
    shown = await with_uses_elsewhere(context.engine, context.log, terms, shown, opened.asker)
    files = {each.sha256: file_row(each) for each in shown}
    texts = {name: sent.text(name) for name in sent.fields} if sent else {}
    new = [each.digest for each in results if each.digest]
    stale = isinstance(refused, StreamMovedError)
    nothing_taken = bool(results) and all(each.outcome is Outcome.REFUSED for each in results)
    lock = lock_of_claim(sheet, terms, row.criterion, instant(await context.moment()))
    values = {
        "criterion": row,
        "unit_code": terms.unit,
        "documents": evidence_rows(row.claim, files),
        "files": list(reversed(files.values())),
        "new": [*dict.fromkeys(new)],
        "chosen": texts.get("sha256") or next(iter(new), ""),
        "texts": texts,
        "labels": LABELS,
        "errors": ATTACH.errors(refused) if refused and not stale else {},
        "changed": await _changed(context, opened, sent) if sent and stale else None,
        "results": results,
        "done": done,
        "editable": opened.own and lock is None,
        "lock": lock if opened.own else None,
        "extended": extension_rows(sheet, terms),
        "key": fresh_key(),
        "version": sent.write.if_match if sent and not stale else sheet.version,
        "endings": ENDINGS,
        "largest": shown_size(context.largest_file),
    }
    status = STATUS[refused.kind][0] if refused else 422 if nothing_taken else 200
    visitor = Visitor(opened.unit, ROOT + SIGN_OUT, opened.asker.subject, opened.terms.note)
    return page(TEMPLATES.render("evidence.html", ROOT, visitor, **values), status)


async def _changed(context: ServiceContext, opened: OpenCriterion, sent: SentForm) -> list[str]:
    """Return what another person changed in the claim since the reader of a form saw it, a line for each change."""
    leaf = opened.terms.leaves[opened.row.criterion]
    before = await claim_at(context.log, opened.terms, leaf.code, sent.write.if_match or 0)
    return differences(leaf, before, opened.row.claim) if opened.row.claim else []
