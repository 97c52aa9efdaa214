"""The body of an application, and the answer that shows what a workbook would change."""

from typing import Annotated

from pydantic import BaseModel, Field

from assessment.filling_in.queries import Obstacle
from assessment.filling_in.state import CriterionChange
from assessment.self_scoring.bodies import Confirmed
from parindex.http.body import Body, example
from parindex.http.fields import Code
from parindex.web.worksheets import CellNote


class ApplicationIn(Body):
    """Áp dụng một tệp đã tải lên: xác nhận các cảnh báo (mã cảnh báo theo tiêu chí), nếu có."""

    model_config = example(confirmed={"1.1.4": ["percent-over-hundred"]})

    confirmed: Annotated[
        dict[Code, Confirmed],
        Field(max_length=2_000, description="criterion → codes of the warnings that the sender confirms for it"),
    ] = Field(default={})


class WorkbookDifference(BaseModel):
    """Tệp sẽ thay đổi những gì trong phiếu ở phiên bản `version`; còn `errors` thì không áp dụng được.

    What the workbook would change in the sheet at `version` (its ETag). `downloaded` is the version that the workbook
    was made from; `kept` counts criteria that others have saved since then, and which stay as they are.
    """

    sha256: str
    version: int
    downloaded: int
    changes: list[CriterionChange]
    unchanged: int
    kept: int
    errors: list[CellNote]
    warnings: list[CellNote]
    obstacle: Obstacle | None = Field(description="why nothing can be applied now, such as `self-score-sent`")
