"""Request bodies of claims."""

from itertools import zip_longest
from typing import Annotated, Any

from pydantic import Field

from assessment.enacting.figures import MOST_FIGURES
from assessment.enacting.slips import Slip
from assessment.self_scoring.claims import DeclaredClaim, Evidence
from assessment.self_scoring.events import ClaimEntered, CutExplained
from parindex.contracts.assessment import Figure
from parindex.eventstore.sealing import Seals
from parindex.http.body import AsText, Body, example
from parindex.http.fields import Code, Day, FigureName, Moment, Note, OptionalDigest, Reason, Tidy
from parindex.values.days import day_text
from parindex.values.texts import TextRule

FiguresIn = Annotated[
    dict[FigureName, Annotated[str, Tidy(TextRule(63))]],
    Field(max_length=MOST_FIGURES, examples=[{"done": "9", "planned": "10"}]),
]
"""Declared figures (số liệu kê khai) by name; numbers are text."""

Confirmed = Annotated[
    list[Annotated[Slip, AsText]],
    Field(
        max_length=20,
        description="mã các cảnh báo mà người gửi xác nhận là đúng ý; "
        "the codes of the warnings (`confirmation-needed`) that the sender confirms",
    ),
]


class EvidenceIn(Body):
    """Tài liệu kiểm chứng: số, ký hiệu; ngày; trích yếu; trang, mục; SHA-256 của tệp; thời gian được chứng minh."""

    number: Annotated[str, Tidy(TextRule(100, needed=True))] = Field(examples=["123/KH-UBND"])
    issued_on: Day | None = None
    title: Note = ""
    page: Annotated[str, Tidy(TextRule(100))] = ""
    sha256: OptionalDigest = ""
    effective_from: Day | None = None
    effective_to: Day | None = None

    def to_record(self, seals: Seals, before: Evidence | None = None) -> Evidence:
        return Evidence(
            number=self.number,
            issued_on=day_text(self.issued_on),
            title=seals.commit(self.title, "evidence-title", before.title if before else ""),
            page=self.page,
            sha256=self.sha256,
            effective_from=day_text(self.effective_from),
            effective_to=day_text(self.effective_to),
        )


CLAIM: dict[str, Any] = {
    "figures": {"planned": "10", "done": "9"},
    "evidence": [{"number": "123/KH-SYT", "issued_on": "2026-01-15", "title": "Kế hoạch cải cách hành chính"}],
    "explanation": "Một nhiệm vụ chuyển sang quý I năm sau.",
}


class ClaimIn(Body):
    """Một tiêu chí: số liệu kê khai, hoặc không áp dụng; tài liệu kiểm chứng hoặc giải trình."""

    model_config = example(**CLAIM)

    figures: FiguresIn = Field(default={})
    applicable: bool = True
    evidence: list[EvidenceIn] = Field(default=[], max_length=50)
    explanation: Note = ""
    confirmed: Confirmed = Field(default=[])

    def to_record(
        self, criterion: str, seals: Seals, pointer: str = "", before: ClaimEntered | CutExplained | None = None
    ) -> DeclaredClaim:
        """Return the claim with its texts sealed; a text that the event `before` has too keeps its commitment."""
        documents = before.evidence if before else ()
        return DeclaredClaim(
            criterion=criterion,
            figures=figures_of(self.figures),
            applicable=self.applicable,
            evidence=tuple(item.to_record(seals, was) for item, was in zip_longest(self.evidence, documents) if item),
            explanation=seals.commit(self.explanation, "explanation", before.explanation if before else ""),
            confirmed=tuple(self.confirmed),
            pointer=pointer,
        )


class ListedClaimIn(ClaimIn):
    """Một tiêu chí trong danh sách."""

    model_config = example(criterion="1.1", **CLAIM)

    criterion: Code


class ExtensionIn(Body):
    """Gia hạn cho một đơn vị."""

    model_config = example(until="2026-12-10T17:00:00+07:00", reason="Đơn vị mới sáp nhập, số liệu chưa đủ.")

    until: Moment
    reason: Reason


class ErasureIn(Body):
    """Xóa một nội dung khỏi kho: lý do, không nhắc lại nội dung."""

    model_config = example(reason="Có dữ liệu cá nhân; xóa theo đề nghị số 45/CV-SYT.")

    reason: Reason


def figures_of(figures: dict[str, str]) -> tuple[Figure, ...]:
    """Return figures as records of the contract."""
    return tuple(Figure(name=name, value=value) for name, value in figures.items())
