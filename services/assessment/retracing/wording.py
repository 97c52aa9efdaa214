"""How a criterion came to its values, in Vietnamese: API, page and document show these words."""

from collections.abc import Iterator, Sequence

from assessment.reporting.display import NOT_FOR_UNIT
from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.display import STAGE_NAMES, document_said, value_said
from assessment.self_scoring.queries import CriterionAt, ShownValue
from parindex.contracts.criteria import Criterion, SurveyPoints
from parindex.eventstore.moments import Until
from parindex.web import vietnamese
from parindex.web.moments import moment_said
from parindex.web.parts import AccountPart, SummaryRow, Words

NOT_PRINTED = "Bộ chỉ số không ghi lời văn cho tiêu chí này"
SURVEYED = "Điều tra xã hội học chấm, đơn vị không tự chấm"
NOTHING_YET = "Chưa ai kê khai tiêu chí này"


def stages_said(leaf: Criterion, found: CriterionAt, until: Until, note: str = "") -> Sequence[SummaryRow]:
    """Return the rule as printed, what it demands, and each stage that has a value, in words.

    `note` is what is said of a training round.
    """
    values = [SummaryRow(STAGE_NAMES[each.stage], list(_value_said(each, leaf))) for each in found.row.values]
    return [
        *([SummaryRow("Tập huấn", note)] if note else []),
        SummaryRow("Thời điểm", moment_said(until, "assessment")),
        SummaryRow("Điểm tối đa", vietnamese.comma(leaf.maximum)),
        SummaryRow("Cách tính điểm, như bộ chỉ số ghi", leaf.rule_text or NOT_PRINTED),
        SummaryRow("Tài liệu kiểm chứng", "Cần có, hoặc giải trình" if leaf.evidence_required else "Không bắt buộc"),
        *(values or [SummaryRow("Các bước", _without_values(leaf, found))]),
    ]


def in_text(words: Words) -> str:
    """Return words as a text; accounts are in it by their ids."""
    return words if isinstance(words, str) else "".join(each if isinstance(each, str) else each.id for each in words)


def _without_values(leaf: Criterion, found: CriterionAt) -> str:
    if found.row.excluded:
        return NOT_FOR_UNIT
    return SURVEYED if isinstance(leaf.rule, SurveyPoints) else NOTHING_YET


def _value_said(value: ShownValue, leaf: Criterion) -> Iterator[str | AccountPart]:
    """Yield the figures, the arithmetic, who and when, why, and the documents, a line for each."""
    said = value_said(value, leaf)
    if value.points_given:
        said = f"{said}: {vietnamese.comma(value.points)} điểm"
    yield "".join(f"{line}\n" for line in (said, value.arithmetic) if line)
    yield "Người ghi: "
    yield AccountPart(value.by)
    yield f", lúc {vietnamese.minute(value.at)} (bản ghi assessment/{value.position})"
    if value.reason:
        yield f"\nLý do, giải trình: {value.reason}"
    yield "".join(f"\nTài liệu: {_document_said(one)}" for one in value.evidence)


def _document_said(document: Evidence) -> str:
    file = f", tệp có SHA-256 {document.sha256}" if document.sha256 else ""
    return f"{document_said(document)}{file}"
