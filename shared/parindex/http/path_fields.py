"""Field types of path parameters: those of `fields.py`, each with what OpenAPI says of it."""

from typing import Annotated

from fastapi import Path

from parindex.http.fields import Code, Formed, Id, Node, Whole
from parindex.values.identifiers import SHA256

RoundId = Annotated[Id, Path(description="Mã đợt đánh giá. The round's id.")]
SetId = Annotated[Id, Path(description="Mã bộ chỉ số. The criteria set's id.")]
AuthorityCode = Annotated[Node, Path(description="Mã cơ quan chủ trì. The authority's agency code.")]
KioskId = Annotated[Id, Path(description="Mã kiosk. The kiosk's id.")]
UnitCode = Annotated[Node, Path(description="Mã đơn vị. The unit's agency code.")]
CriterionCode = Annotated[Code, Path(description="Mã tiêu chí. The criterion's code.")]
EditionNumber = Annotated[Whole, Path(ge=1, le=10_000, description="Số thứ tự ấn bản. The edition's number.")]
Digest = Annotated[str, Formed(SHA256), Path(description="SHA-256 của tệp, hệ 16. The file's SHA-256, in hex.")]
