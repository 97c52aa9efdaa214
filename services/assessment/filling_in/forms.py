"""Forms of the pages of a workbook: the upload, and the application with the warnings that are confirmed."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from fastapi import Request

from assessment.filling_in.bodies import ApplicationIn
from parindex.files.refusals import FileEmptyError
from parindex.http.multipart import FormPart, form_parts
from parindex.web.forms import FormShape, SentForm, body_of

APPLICATION: Final = FormShape({"confirmed": 120}, several=frozenset({"confirmed"}))
"""`confirmed`: a criterion and the code of its warning, with a blank between, as often as there are such."""
FILE: Final = "workbook"


async def sent_file(request: Request) -> AsyncIterator[bytes]:
    """Yield the bytes of the file of a form.

    Raises FileEmptyError where no file was chosen, MediaTypeNotTakenError and FormBrokenError.
    """
    found: FormPart | None = None
    async for part in form_parts(request):
        if part.name == FILE and part.file_name and found is None:
            found = part
            async for block in part:
                yield block
    if found is None:
        raise FileEmptyError


def application_in(sent: SentForm) -> ApplicationIn:
    """Return the body of a form, as the API takes it. Raises MalformedError."""
    confirmed: dict[str, list[str]] = {}
    for text in sent.fields["confirmed"]:
        criterion, _, code = text.rpartition(" ")
        confirmed.setdefault(criterion, []).append(code)
    values: Mapping[str, object] = {"confirmed": confirmed}
    return body_of(ApplicationIn, values)
