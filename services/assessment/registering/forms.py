"""Forms of the pages of the register: the upload, and the recording of the list that was shown."""

from typing import Final

from parindex.web.forms import FormShape

FILE: Final = "workbook"
RECORDING: Final = FormShape({"digest": 64})
"""`digest`: of the changes that the page shows; the version is that of the register which they change."""
