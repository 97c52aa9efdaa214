"""The answer to a workbook of a year that was read."""

from typing import Any

from pydantic import BaseModel, Field

from assessment.enacting.bodies import CriteriaSetIn
from parindex.web.worksheets import CellNote


class YearReading(BaseModel):
    """Năm đánh giá đọc được từ bảng tính; còn lỗi thì không có bộ chỉ số và đợt.

    What a workbook says. Nothing is written: the set is enacted by `POST /v1/criteria-sets`, unless it is in force,
    and then the round is opened by `POST /v1/rounds`.
    """

    criteria_set: CriteriaSetIn | None = Field(description="the set; absent while there is a mistake")
    round: dict[str, Any] | None = Field(
        description="nội dung của `POST /v1/rounds`; the body that opens the round; absent while there is a mistake"
    )
    set_in_force: bool = Field(description="bộ này đã ban hành, đúng như vậy; this very set is in force already")
    opened: bool = Field(description="đợt này đã mở, đúng như vậy; this very round is open already")
    errors: list[CellNote]
    warnings: list[CellNote]
