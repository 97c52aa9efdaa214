"""The answer to a workbook of a criteria set that was read."""

from pydantic import BaseModel, Field

from assessment.enacting.bodies import CriteriaSetIn
from parindex.web.worksheets import CellNote


class SetReading(BaseModel):
    """Bộ chỉ số đọc được từ tệp; còn lỗi thì không có bộ chỉ số.

    What a workbook says. Nothing is written: `criteria_set` is enacted by `POST /v1/criteria-sets`.
    """

    criteria_set: CriteriaSetIn | None = Field(description="the set; absent while there is a mistake")
    errors: list[CellNote]
    warnings: list[CellNote]
