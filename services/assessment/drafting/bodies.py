"""The answer to a workbook of a criteria set that was read, and the body of a comparison."""

from pydantic import BaseModel, Field

from assessment.enacting.bodies import EXAMPLE, CriteriaSetIn
from parindex.http.body import Body, example
from parindex.http.fields import Id
from parindex.web.worksheets import CellNote


class SetReading(BaseModel):
    """Bộ chỉ số đọc được từ tệp; còn lỗi thì không có bộ chỉ số.

    What a workbook says. Nothing is written: `criteria_set` is enacted by `POST /v1/criteria-sets`.
    """

    criteria_set: CriteriaSetIn | None = Field(description="the set; absent while there is a mistake")
    errors: list[CellNote]
    warnings: list[CellNote]


class ComparisonIn(Body):
    """So sánh một bộ chỉ số, chưa ban hành cũng được, với một bộ đã ban hành."""

    model_config = example(against="h09-2025-so", criteria_set=EXAMPLE)

    against: Id = Field(description="mã của bộ đã ban hành; the code of a set in force, such as last year's")
    criteria_set: CriteriaSetIn
