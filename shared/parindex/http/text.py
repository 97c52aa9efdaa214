"""Text that people typed, as it enters: one Unicode form, no blanks around it, something in it.

The log takes normal form C only; a Mac's file names and some Vietnamese keyboards produce form D.
"""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def tidy(text: str) -> str:
    """Return the text in normal form C without blanks around it."""
    return unicodedata.normalize("NFC", text).strip()


Text = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(tidy)]
"""Any text, perhaps empty."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(tidy)]
"""A text that says something."""
