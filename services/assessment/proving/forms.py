"""Forms of the pages of a unit's files: the files that are sent, and the document that is attached to a claim."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import Request

from assessment.opening.terms import Terms
from assessment.proving.display import Outcome, SendingResult, refusal_of
from assessment.proving.filing import Filing, IncomingFile
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
from parindex.http.write_endpoints import write_of
from parindex.refusal import Refused
from parindex.web.forms import FormShape, SentForm, body_of
from parindex.web.vietnamese import read_day

ATTACH: Final = FormShape(DOCUMENT)
DETACH: Final = FormShape({"at": 2})
REMOVE: Final = FormShape({}, versioned=False)
COPIED: Final = ("number", "issued_on", "title", "effective_from", "effective_to")
"""What a document has in common with another one of the same file."""
NOTHING_CHOSEN: Final = SendingResult(Outcome.REFUSED, "", "Chưa chọn tệp nào. Hãy chọn tệp rồi tải lên.")
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


def attached(criterion: str, claim: ShownClaim, sent: SentForm, claims: Sequence[ShownClaim]) -> ClaimIn:
    """Return a claim with one more document. Raises MalformedError with the places of the form.

    A field that is left empty, such as the number, is copied from another document of the same file.
    """
    read = sent.typed(dict.fromkeys(DAYS, _read_optional_day))
    typed = {name: text.strip() for name, text in read.items() if text.strip()}
    same = [each for one in claims for each in one.evidence if each.sha256 and each.sha256 == typed.get("sha256")]
    known = {name: getattr(same[0], name) for name in COPIED if getattr(same[0], name)} if same else {}
    return _with_evidence(criterion, claim, lambda documents: [*documents, {**known, **typed}])


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


def _read_optional_day(text: str) -> str:
    return read_day(text) if text.strip() else ""
