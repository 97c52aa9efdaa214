"""Request bodies of a report: its third part, and the note of a leader."""

from typing import Annotated

from parindex.http.body import Body, example
from parindex.http.fields import Reason, Tidy
from parindex.values.texts import TextRule


class DifficultiesIn(Body):
    """Khó khăn, vướng mắc và kiến nghị của đơn vị: phần thứ ba của báo cáo tự chấm. Rỗng: không có."""

    model_config = example(text="Thiếu biên chế chuyên trách. Kiến nghị tập huấn phần mềm một cửa trong quý I.")

    text: Annotated[str, Tidy(TextRule(10_000, lines=True))]


class ReturnIn(Body):
    """Trả lại bản tự chấm: lý do, và đơn vị cần sửa gì."""

    model_config = example(note="Tiêu chí 1.2: số liệu chưa khớp báo cáo quý IV.")

    note: Reason
