"""The form of a trial: the set, which a page of assessment sends along, and what is asked about."""

import re
from typing import Any, Final

from parindex.contracts.invalid import CriteriaSetInvalidError
from parindex.http.json_text import NotReadableError, read_text
from parindex.refusal import Place, first_places
from parindex.web.forms import FormShape, SentForm
from scoring.trying.checks import texts_at_fault

TRIAL: Final = FormShape({"criteria_set": 200_000, "figures": 10, "unit": 63, "came_from": 200}, versioned=False)
"""`criteria_set`: JSON, as the API takes it. `unit`: the one whose rows are shown; "" for none.

`came_from`: the page of the set in a file, below assessment's root; "" for a set in force.
"""
_READING: Final = re.compile(r"authorities/[A-Za-z0-9.]{1,63}/criteria-set-readings/[0-9a-f]{64}")


def set_in(text: str) -> Any:
    """Return the JSON of a form; raise CriteriaSetInvalidError where there is none, or a wrong text in it."""
    try:
        values = read_text(text)
    except NotReadableError:
        place = Place("/criteria_set", "Không có bộ chỉ số nào được gửi đến.", "No criteria set has been sent.")
        raise CriteriaSetInvalidError([place]) from None
    wrong = (Place("/criteria_set", fault.vi, fault.en) for _, fault in texts_at_fault(values))
    if places := first_places(wrong):
        raise CriteriaSetInvalidError(places)
    return values


def came_from(sent: SentForm) -> str:
    """Return the page of the file that the set of a form is in; "" for none, and for what is no such page."""
    page = sent.text("came_from")
    return page if _READING.fullmatch(page) else ""
