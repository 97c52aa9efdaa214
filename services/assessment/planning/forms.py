"""Forms of the pages of years: the upload, and the confirmation of the year that was shown."""

from typing import Final

from parindex.web.forms import FormShape

FILE: Final = "workbook"
CONFIRMATION: Final = FormShape({"digest": 64}, versioned=False)
"""`digest`: of the year that the page shows. The streams of the set and of the round refuse others under their ids."""
