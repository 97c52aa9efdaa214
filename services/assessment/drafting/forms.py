"""Forms of the pages of criteria sets: the upload, and the enactment of the set that was shown."""

from typing import Final

from parindex.web.forms import FormShape

FILE: Final = "workbook"
ENACTMENT: Final = FormShape({"digest": 64}, versioned=False)
"""`digest`: of the set that the page shows. The code's own stream refuses a second set, so there is no version."""
