"""Findings as they are sent: a list of them."""

from typing import Annotated

from pydantic import Field

from assessment.appraising.commands import ProposedFinding
from assessment.self_scoring.bodies import Confirmed, Figures, figures_of
from assessment.self_scoring.sealing import Seals
from assessment.self_scoring.sheet import FindingFact
from parindex.http.body import Body, example
from parindex.http.fields import Code, Moment, Node, Note, OptionalNumber, Reason


class FindingIn(Body):
    """Đúng một cách: công nhận (`upheld`), số liệu khác, điểm khác, hoặc không áp dụng; điều chỉnh thì nêu lý do."""

    model_config = example(
        criterion="1.1", figures={"planned": "10", "done": "8"}, comment="Nhiệm vụ số 9 chưa có sản phẩm."
    )

    criterion: Code
    upheld: bool = False
    figures: Figures = Field(default={})
    applicable: bool = True
    points: OptionalNumber = ""
    comment: Note = ""
    confirmed: Confirmed = Field(default=[])

    def told(self, seals: Seals, place: str, before: FindingFact | None = None) -> ProposedFinding:
        """Return the finding with its comment sealed; what it says as the finding `before` did is not sealed again."""
        return ProposedFinding(
            criterion=self.criterion,
            upheld=self.upheld,
            figures=figures_of(self.figures),
            applicable=self.applicable,
            points=self.points,
            comment=seals.commit(self.comment, "comment", before.comment if before else ""),
            confirmed=tuple(self.confirmed),
            place=place,
        )


Findings = Annotated[list[FindingIn], Field(min_length=1, max_length=2_000)]


class ReopeningIn(Body):
    """Mở lại đợt: lý do, và những đơn vị phải thẩm định lại (không nêu: mọi đơn vị)."""

    model_config = example(reason="Tiêu chí 1.1 của một đơn vị tính sai.", units=["H09.12"])

    reason: Reason
    units: list[Node] = Field(default=[], max_length=5_000)
    appraisal_until: Moment | None = Field(
        default=None, description="hạn thẩm định lại; không nêu: không có hạn. Until when they are appraised again"
    )
