"""The answer to an upload."""

from pydantic import BaseModel, Field

from assessment.proving.queries import ShownFile
from parindex.http.body import Receipt


class FileReceipt(Receipt):
    """Biên nhận tệp. `file.sha256` là mã của tệp, dùng làm `sha256` của tài liệu kiểm chứng."""

    file: ShownFile = Field(description="`repeated`: the unit had a file of these bytes already; its name stays")


class UnitFilesOut(BaseModel):
    """Các tệp của một đơn vị trong đợt."""

    files: list[ShownFile]
