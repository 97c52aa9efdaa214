"""Forms of the pages of a workbook: the upload, and the application with the warnings that are confirmed."""

from collections.abc import Mapping
from typing import Final

from assessment.filling_in.bodies import ApplicationIn
from parindex.web.forms import FormShape, SentForm, body_of

APPLICATION: Final = FormShape({"confirmed": 120}, several=frozenset({"confirmed"}))
"""`confirmed`: a criterion and the code of its warning, with a blank between, as often as there are such."""
FILE: Final = "workbook"


def application_in(sent: SentForm) -> ApplicationIn:
    """Return the body of a form, as the API takes it. Raises MalformedError."""
    confirmed: dict[str, list[str]] = {}
    for text in sent.fields["confirmed"]:
        criterion, _, code = text.rpartition(" ")
        confirmed.setdefault(criterion, []).append(code)
    values: Mapping[str, object] = {"confirmed": confirmed}
    return body_of(ApplicationIn, values)
