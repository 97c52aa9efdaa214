"""The form of a trial: the set, which a page of assessment sends along, and what is asked about."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from parindex.contracts.invalid import CriteriaSetInvalidError
from parindex.http.json_text import NotReadableError, read_text
from parindex.refusal import Place, first_places
from parindex.web.forms import FormShape
from scoring.trying.checks import texts_at_fault

TRIAL: Final = FormShape({"criteria_set": 200_000, "figures": 10, "unit": 63}, versioned=False)
"""`criteria_set`: JSON, as the API takes it. `unit`: the one whose rows are shown; "" for none."""
_READING: Final = re.compile(r".*/assessment/(authorities/[A-Za-z0-9.]{1,63}/criteria-set-readings/[0-9a-f]{64})")


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


def came_from(referrer: str) -> str:
    """Return the page of a set in a file that sent a form, below assessment's root; "" for any other page."""
    try:
        found = _READING.fullmatch(urlsplit(referrer).path)
    except ValueError:
        return ""
    return found[1] if found else ""
