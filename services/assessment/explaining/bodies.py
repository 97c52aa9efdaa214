"""Request bodies of explanations."""

from typing import Annotated

from pydantic import Field

from assessment.self_scoring.bodies import ListedClaimIn
from parindex.http.body import example


class ExplanationIn(ListedClaimIn):
    """Giải trình một tiêu chí bị điều chỉnh: nội dung, tài liệu bổ sung, và số liệu nêu lại nếu có.

    Nội dung rỗng: rút lại phần giải trình của tiêu chí. Bản tự chấm đã nộp không thay đổi.
    """

    model_config = example(
        criterion="1.1",
        explanation="Nhiệm vụ số 9 hoàn thành ngày 28/12, báo cáo gửi bổ sung.",
        evidence=[{"number": "98/BC-SYT", "issued_on": "2026-01-15", "title": "Báo cáo bổ sung"}],
    )


Explanations = Annotated[list[ExplanationIn], Field(min_length=1, max_length=2_000)]
