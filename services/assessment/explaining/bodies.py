"""Request bodies of explanations."""

from itertools import zip_longest
from typing import Annotated

from pydantic import Field

from assessment.explaining.state import ProposedExplanation
from assessment.self_scoring.bodies import Confirmed, EvidenceIn, FiguresIn, figures_of
from assessment.self_scoring.events import CutExplained
from parindex.eventstore.sealing import Seals
from parindex.http.body import Body, example
from parindex.http.fields import Code, Note


class ExplanationIn(Body):
    """Giải trình một tiêu chí bị điều chỉnh: nội dung, tài liệu bổ sung, và số liệu nêu lại nếu có.

    Nội dung rỗng: rút lại phần giải trình của tiêu chí. Bản tự chấm đã nộp không thay đổi.
    """

    model_config = example(
        criterion="1.1",
        explanation="Nhiệm vụ số 9 hoàn thành ngày 28/12, báo cáo gửi bổ sung.",
        evidence=[{"number": "98/BC-SYT", "issued_on": "2026-01-15", "title": "Báo cáo bổ sung"}],
    )

    criterion: Code
    explanation: Note = ""
    figures: FiguresIn = Field(default={})
    applicable: bool = True
    evidence: list[EvidenceIn] = Field(default=[], max_length=50)
    confirmed: Confirmed = Field(default=[])

    def to_record(self, seals: Seals, pointer: str, before: CutExplained | None = None) -> ProposedExplanation:
        """Return the explanation with its texts sealed; a text that `before` has too keeps its commitment."""
        documents = before.evidence if before else ()
        return ProposedExplanation(
            criterion=self.criterion,
            explanation=seals.commit(self.explanation, "explanation", before.explanation if before else ""),
            figures=figures_of(self.figures),
            applicable=self.applicable,
            evidence=tuple(item.to_record(seals, was) for item, was in zip_longest(self.evidence, documents) if item),
            confirmed=tuple(self.confirmed),
            pointer=pointer,
        )


Explanations = Annotated[list[ExplanationIn], Field(min_length=1, max_length=2_000)]
