"""The form of a trial: the set, which a page of assessment sends along, and what is asked about."""

from typing import Any, Final

import msgspec

from parindex.contracts.invalid import CriteriaSetInvalidError
from parindex.refusal import Place
from parindex.web.forms import FormShape

TRIAL: Final = FormShape({"criteria_set": 200_000, "figures": 10, "unit": 63}, versioned=False)
"""`criteria_set`: JSON, as the API takes it. `unit`: the one whose rows are shown; "" for none."""


def set_in(text: str) -> Any:
    """Return the JSON of a form; raise CriteriaSetInvalidError where there is none."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        place = Place("/criteria_set", "Không có bộ chỉ số nào được gửi đến.", "No criteria set has been sent.")
        raise CriteriaSetInvalidError([place]) from None
