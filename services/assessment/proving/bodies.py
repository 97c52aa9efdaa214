"""Bodies of requests about files, and the answer to an upload."""

from pydantic import BaseModel, Field

from assessment.proving.queries import EarlierFile, ShownFile
from parindex.http.body import Body, Receipt, example
from parindex.http.fields import Day, Id, Reason
from parindex.values.days import day_text


class FileReceipt(Receipt):
    """Biên nhận tệp. `file.sha256` là mã của tệp, dùng làm `sha256` của tài liệu kiểm chứng."""

    file: ShownFile = Field(
        description="`repeated`: the sender had these bytes here already; the first upload of them stays, with its name"
    )


class UnitFilesOut(BaseModel):
    """Các tệp của một đơn vị trong đợt."""

    files: list[ShownFile]


class EarlierFilesOut(BaseModel):
    """Các tệp của đơn vị ở các đợt khác, chưa có trong đợt này."""

    files: list[EarlierFile]


class FileErasureIn(Body):
    """Xóa nội dung một tệp: lý do, không nhắc lại nội dung; và số danh sách có tệp, khi nhiều hơn một."""

    model_config = example(reason="Có dữ liệu cá nhân; xóa theo đề nghị số 45/CV-SYT.", lists=1)

    reason: Reason
    lists: int = Field(default=1, ge=1, le=100_000)


class ReuseIn(Body):
    """Dùng lại một tệp của đợt khác: từ đợt nào, và thời gian mà tệp chứng minh cho đợt này (nêu lại)."""

    model_config = example(from_round="r-2025", effective_from="2026-01-01", effective_to="2026-12-31")

    from_round: Id
    effective_from: Day | None = None
    effective_to: Day | None = None

    def days(self) -> tuple[str, str]:
        return day_text(self.effective_from), day_text(self.effective_to)
