"""Forms of the pages of a unit's files: the files that are sent, and the document that is attached to a claim."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import Request

from assessment.opening.terms import Terms
from assessment.proving.bodies import FileErasureIn, ReuseIn
from assessment.proving.display import Outcome, SendingResult, refusal_of
from assessment.proving.filing import FileErasure, Filing, IncomingFile, ReusedFile
from assessment.proving.queries import ShownFile
from assessment.proving.refusals import DocumentUnknownError
from assessment.self_scoring.bodies import ClaimIn
from assessment.self_scoring.forms import DAYS, DOCUMENT
from assessment.self_scoring.queries import ShownClaim
from assessment.self_scoring.reading import as_sent
from parindex.auth import Asker
from parindex.files.refusals import NoFileStoreError
from parindex.http.file_transfer import tidy_name
from parindex.http.limits import BodyStalledError, BodyTooLargeError
from parindex.http.multipart import FormBrokenError, FormPart, form_parts
from parindex.http.problems import MalformedError
from parindex.http.write_endpoints import write_of
from parindex.refusal import Place, Refused
from parindex.web.forms import FormShape, SentForm, body_of
from parindex.web.vietnamese import read_day

ATTACH: Final = FormShape(DOCUMENT)
DETACH: Final = FormShape({"at": 2})
REUSE: Final = FormShape({"sha256": 200, "effective_from": 10, "effective_to": 10}, versioned=False)
ERASE: Final = FormShape({"reason": 2_000, "lists": 6, "sure": 3}, versioned=False)
REMOVE: Final = FormShape({}, versioned=False)
COPIED: Final = ("number", "issued_on", "title")
"""What a document has in common with another one of the same file; the period that it proves is stated anew."""
NOTHING_CHOSEN: Final = SendingResult(Outcome.REFUSED, "", "Chưa chọn tệp nào. Hãy chọn tệp rồi tải lên.")
NOT_SURE: Final = Place(
    "/sure", "Hãy đánh dấu ô xác nhận nếu muốn xóa tệp.", "Tick the box if the file is to be erased."
)
OF_THE_WHOLE: Final = (BodyStalledError, BodyTooLargeError, FormBrokenError, NoFileStoreError)
"""Refusals that are not about one file: no file after it can be received either."""


async def take_sent(filing: Filing, request: Request, terms: Terms, asker: Asker) -> list[SendingResult]:
    """Take each file of a form; one that is refused does not hinder the others.

    Raises BodyStalledError, BodyTooLargeError, NoFileStoreError and MediaTypeNotTakenError.
    """
    results: list[SendingResult] = []
    try:
        async for part in form_parts(request):
            if part.file_name:  # a chooser in which nothing was chosen is sent without a name
                results.append(await _take_part(filing, request, part, terms, asker))  # noqa: PERF401  # kept if cut off
    except FormBrokenError as broken:
        results.append(refusal_of("", broken))
    return results or [NOTHING_CHOSEN]


def attached(
    criterion: str, claim: ShownClaim, sent: SentForm, claims: Sequence[ShownClaim], files: Sequence[ShownFile]
) -> ClaimIn:
    """Return a claim with one more document. Raises MalformedError with the places of the form.

    A field that is left empty, such as the number, is copied from another document of the same file; the period is that
    which the unit stated when it took the file from another round.
    """
    read = sent.typed(dict.fromkeys(DAYS, _read_optional_day))
    typed = {name: text.strip() for name, text in read.items() if text.strip()}
    same = [each for one in claims for each in one.evidence if each.sha256 and each.sha256 == typed.get("sha256")]
    known = {name: getattr(same[0], name) for name in COPIED if getattr(same[0], name)} if same else {}
    if not typed.keys() & {"effective_from", "effective_to"}:
        known |= next((_period_of(each) for each in files if each.sha256 == typed.get("sha256")), {})
    return _with_evidence(criterion, claim, lambda documents: [*documents, {**known, **typed}])


def reused(sent: SentForm) -> ReusedFile:
    """Return the file that the form chooses, as its round and digest, with its period. Raises MalformedError."""
    typed = sent.typed(dict.fromkeys(("effective_from", "effective_to"), _read_optional_day))
    from_round, _, digest = typed.pop("sha256").partition("/")
    body = body_of(ReuseIn, {"from_round": from_round, **{name: text for name, text in typed.items() if text}})
    return ReusedFile(body.from_round, digest, *body.days())


def erasure_in(sent: SentForm) -> FileErasure:
    """Return why a file is erased, and the number of lists that the page showed. Raises MalformedError."""
    typed = sent.text("lists")
    lists = int(typed) if typed.isascii() and typed.isdecimal() else 0
    unsure = [] if sent.text("sure") == "yes" else [NOT_SURE]
    try:
        body = body_of(FileErasureIn, {"reason": sent.text("reason").strip(), "lists": lists})
    except MalformedError as error:
        raise MalformedError([*error.places, *unsure]) from error
    if unsure:
        raise MalformedError(unsure)
    return FileErasure(body.reason, body.lists)


def detached(criterion: str, claim: ShownClaim, sent: SentForm) -> ClaimIn:
    """Return a claim without the document at the place that the form names. Raises DocumentUnknownError."""
    at = sent.text("at")
    if not at.isdecimal() or int(at) >= len(claim.evidence):
        raise DocumentUnknownError
    return _with_evidence(criterion, claim, lambda documents: [*documents[: int(at)], *documents[int(at) + 1 :]])


def _with_evidence(criterion: str, claim: ShownClaim, change: Any) -> ClaimIn:
    body: Mapping[str, Any] = {name: value for name, value in as_sent(criterion, claim).items() if name != "criterion"}
    return body_of(ClaimIn, {**body, "evidence": change(body["evidence"])})


async def _take_part(filing: Filing, request: Request, part: FormPart, terms: Terms, asker: Asker) -> SendingResult:
    try:
        name = tidy_name(part.file_name, "/files")
        file = IncomingFile(name, part, lambda _: write_of(request, None, None, b""))
        digest, done = await filing.take(terms, file, asker)
    except OF_THE_WHOLE:
        raise
    except Refused as refused:
        return refusal_of(part.file_name, refused)
    return SendingResult(Outcome.TAKEN if done else Outcome.KNOWN, name, digest=digest)


def _period_of(file: ShownFile) -> dict[str, str]:
    days = {"effective_from": file.effective_from, "effective_to": file.effective_to}
    return {name: day for name, day in days.items() if day}


def _read_optional_day(text: str) -> str:
    return read_day(text) if text.strip() else ""
