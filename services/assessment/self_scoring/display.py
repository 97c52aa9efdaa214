"""What the pages of a unit's sheet show, computed beforehand: the templates place it and compute nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assessment.opening.stages import ValueStage
from assessment.opening.terms import Terms
from assessment.self_scoring.checks import missing_from
from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.forms import errors_of, figure_fields, figures_tried, labels_of, texts_of
from assessment.self_scoring.queries import (
    EarlierClaim,
    HistoryEntry,
    SheetRow,
    ShownClaim,
    ShownFinding,
    ShownSheet,
    ShownValue,
)
from assessment.self_scoring.state import Sheet, SheetState, deadline_of, stage_of
from parindex.contracts.criteria import CriteriaSet, Criterion, Level, NormalisedToBest
from parindex.contracts.formula import compared_value, number
from parindex.contracts.uncomputable import UncomputableError
from parindex.http.problems import MalformedError
from parindex.web import vietnamese
from parindex.web.arithmetic_words import arithmetic_of
from parindex.web.parts import AccountPart, Column, Conflict, HistoryLine, Lock, Side, SummaryRow, Tag, Task, Words
from parindex.web.rule_words import AREA_KINDS, rule_in_words

DECIMALS = 2
SHEET_STATES = {
    SheetState.DRAFT: "Đang tự chấm",
    SheetState.SENT: "Chờ lãnh đạo phê duyệt",
    SheetState.APPROVED: "Lãnh đạo đã phê duyệt",
    SheetState.RETURNED: "Lãnh đạo trả lại",
    SheetState.SUBMITTED: "Đã nộp",
}
HOLDERS = {
    SheetState.DRAFT: "đơn vị",
    SheetState.SENT: "lãnh đạo đơn vị, để phê duyệt",
    SheetState.APPROVED: "đơn vị, để nộp",
    SheetState.RETURNED: "đơn vị, để sửa",
    SheetState.SUBMITTED: "cơ quan thẩm định",
}
"""Who has a sheet now, and for what."""
STAGE_NAMES = {
    ValueStage.SELF: "Tự chấm",
    ValueStage.APPRAISAL_1: "Thẩm định lần 1",
    ValueStage.EXPLANATION: "Giải trình",
    ValueStage.APPRAISAL_2: "Thẩm định lần 2",
    ValueStage.COUNCIL: "Hội đồng",
    ValueStage.CORRECTION: "Điều chỉnh sau khi mở lại đợt",
}
STAGE_COLUMNS = (
    Column("Bước"),
    Column("Số liệu"),
    Column("Điểm", number=True),
    Column("Người ghi"),
    Column("Lúc"),
    Column("Lý do, giải trình"),
)
FINDERS = {
    ValueStage.APPRAISAL_1: "Thẩm định",
    ValueStage.APPRAISAL_2: "Thẩm định lần 2",
    ValueStage.COUNCIL: "Hội đồng",
    ValueStage.CORRECTION: "Thẩm định lại",
}
"""Who finds at a stage, as the subject of a sentence."""
BY_BEST = "điểm tính theo đơn vị cao nhất trong khối"
"""Why figures of one unit alone earn no points."""
MINE = "mine"
"""What the address of a page says (`only`) to list the criteria of the reader alone."""
MOVES = {
    "sent": "Trình lãnh đạo",
    "recalled": "Thu hồi để sửa",
    "approved": "Lãnh đạo phê duyệt",
    "returned": "Lãnh đạo trả lại",
    "submitted": "Nộp bản tự chấm",
    "withdrawn": "Rút bản tự chấm",
}
CLAIMABLE = {SheetState.DRAFT, SheetState.RETURNED}
LOCKED = {
    SheetState.SENT: (
        "Bản tự chấm đang chờ lãnh đạo phê duyệt.",
        "Người của đơn vị thu hồi, hoặc lãnh đạo trả lại, ở trang phiếu tự chấm.",
    ),
    SheetState.APPROVED: (
        "Lãnh đạo đã phê duyệt bản tự chấm.",
        "Lãnh đạo đơn vị trả lại ở trang phiếu tự chấm.",
    ),
    SheetState.SUBMITTED: (
        "Bản tự chấm đã nộp.",
        "Khi chưa ai thẩm định, người của đơn vị rút lại ở trang phiếu tự chấm.",
    ),
}
"""Why the claims of a sheet do not change in a state, and who can help."""
EXTENDS = "Văn phòng của cơ quan chủ trì ({authority}) gia hạn được cho riêng đơn vị, có lý do."


@dataclass(frozen=True, slots=True)
class Worth:
    """What a claim earns by the rule: points, or the reason why it earns none. "Không áp dụng" has no points.

    Nor has a claim that is `compared` with those of the other units of the block.
    `arithmetic` says how the figures earn the points, or will earn them; "" where they earn none.
    """

    points: Fraction | None
    text: str
    arithmetic: str = ""
    compared: bool = False


def worth_of(leaf: Criterion, claim: ShownClaim | None) -> Worth:
    """Return what a claim earns; exactly as scoring computes it."""
    if claim is None or leaf.rule is None:
        return Worth(None, "")
    if not claim.applicable:
        return Worth(None, "Không áp dụng")
    try:
        earned = arithmetic_of(leaf.rule, leaf.maximum, claim.figures)
    except UncomputableError as error:
        return Worth(None, error.vi)
    if earned is None:
        return _compared(leaf, claim) if isinstance(leaf.rule, NormalisedToBest) else Worth(None, "")
    return Worth(earned.points, f"{shown(earned.points)} / {vietnamese.comma(leaf.maximum)} điểm", str(earned))


def _compared(leaf: Criterion, claim: ShownClaim) -> Worth:
    value = f"Giá trị {shown(compared_value(claim.figures))}"
    earned = f"{value} ÷ giá trị cao nhất trong khối × {vietnamese.comma(leaf.maximum)} điểm"
    earned += "; có điểm khi thẩm định xong các đơn vị trong khối"
    return Worth(None, f"{value}; {BY_BEST}", earned, compared=True)


def tried(leaf: Criterion, texts: Mapping[str, str]) -> str:
    """Return what typed figures would earn, or why they earn nothing yet; "" where nothing is typed."""
    if texts.get("not_applicable") == "yes":
        return "Không áp dụng: tiêu chí không có điểm và không tính vào điểm tối đa."
    if leaf.rule is None or not any(texts.get(each.field, "").strip() for each in figure_fields(leaf.rule)):
        return ""
    try:
        figures = figures_tried(leaf, texts)
        earned = arithmetic_of(leaf.rule, leaf.maximum, figures)
    except MalformedError as wrong:
        return " ".join(errors_of(wrong, leaf, texts).values())
    except UncomputableError as error:
        return error.vi
    if earned is None:
        compared = isinstance(leaf.rule, NormalisedToBest)
        return (
            f"Giá trị {shown(compared_value(figures))} (chưa lưu); chưa tính được điểm: {BY_BEST}." if compared else ""
        )
    most = vietnamese.comma(leaf.maximum)
    return f"Số liệu này được {shown(earned.points)} / {most} điểm (chưa lưu). {earned}."


def shown(points: Fraction) -> str:
    """Write points with two decimals at most: 12,5."""
    return vietnamese.shown(points, DECIMALS).rstrip("0").rstrip(",")


def lock_of_claims(sheet: ShownSheet, terms: Terms, now: str) -> Lock | None:
    """Return why no claim of a sheet can be changed now; None where its unit can."""
    if sheet.state in LOCKED:
        why, who = LOCKED[sheet.state]
        since = vietnamese.minute(sheet.since)
        return Lock(why, [f"{since}, ", AccountPart(sheet.by)] if sheet.by else since, who)
    return lock_of_time(sheet, terms, now)


def lock_of_claim(sheet: ShownSheet, terms: Terms, criterion: str, now: str) -> Lock | None:
    """Return why a claim can't be changed now: as no claim of the sheet, or because its part is reported; or None."""
    claimant = terms.claimant(criterion)
    part = next((each for each in sheet.parts if each.claimant == claimant and each.reported), None)
    if lock := lock_of_claims(sheet, terms, now):
        return lock
    if part is None:
        return None
    since: Words = [f"{vietnamese.minute(part.at)}, ", AccountPart(part.by)]
    return Lock(f"{claimant} đã báo cáo phần tự chấm này.", since, "Đơn vị trả lại phần này thì sửa được.")


def lock_of_time(sheet: ShownSheet, terms: Terms, now: str) -> Lock | None:
    """Return that self-scoring has not begun, or that its deadline has passed; or None."""
    begins = next(each.begins for each in sheet.dates if each.stage is ValueStage.SELF)
    if now < begins:
        help_ = "Người của đơn vị xem trước được các tiêu chí."
        return Lock(f"Chưa đến lúc tự chấm điểm: mở lúc {vietnamese.deadline(begins)}.", "", help_)
    return lock_after(sheet, terms, ValueStage.SELF, now)


def lock_after(sheet: ShownSheet, terms: Terms, stage: ValueStage, now: str) -> Lock | None:
    """Return that the deadline of a stage has passed, or None."""
    until = next((each.until for each in sheet.dates if each.stage is stage), "")
    if not until or now <= until:
        return None
    why = f"Đã hết hạn {stage_name(stage, terms).lower()}."
    return Lock(why, vietnamese.deadline(until), EXTENDS.format(authority=terms.authority))


def stage_name(stage: ValueStage, terms: Terms) -> str:
    """Return the name of a stage; in a round with one appraisal the last one has no number."""
    return "Thẩm định" if stage is ValueStage.APPRAISAL_2 and not terms.two_appraisals else STAGE_NAMES[stage]


def extension_rows(sheet: ShownSheet, terms: Terms) -> list[SummaryRow]:
    """Return which stages the office extended for the unit: until when, why, by whom."""
    return [
        SummaryRow(
            f"Gia hạn {stage_name(each.stage, terms).lower()}",
            [f"đến {vietnamese.deadline(each.until)}; lý do: {each.reason} – ", AccountPart(each.by),
             f", {vietnamese.minute(each.at)}"],
        )
        for each in sheet.dates
        if each.at
    ]  # fmt: skip


def round_task(sheet: Sheet, terms: Terms, title: str, now: str, of_me: Collection[str], *, mine: bool) -> Task:
    """Return a sheet in the list of rounds: how far it is, who has it now, and until when.

    `of_me` has the criteria that are assigned to me; `mine`: the sheet waits for me.
    """
    lacking = {part.criterion for part in missing_from(terms, sheet)}
    total, missing, deadline = len(terms.appraisers), len(lacking), deadline_of(terms, sheet)
    over = " (đã hết hạn)" if deadline and deadline < now else ""
    facts = [
        f"Đã chấm {total - missing} / {total} tiêu chí" + (f", còn thiếu {missing}" if missing else ""),
        *([f"Giao cho bạn {len(of_me)} tiêu chí, còn thiếu {len(lacking & set(of_me))}"] if of_me else []),
        "Đã thẩm định xong" if sheet.completed_for >= terms.due else f"Đang ở {_holder(sheet, terms)}",
        f"Hạn tự chấm: {vietnamese.deadline(deadline)}{over}" if deadline else "Không có hạn tự chấm",
    ]
    kind = Tag.TO_DO if mine else Tag.DONE if sheet.submitted else Tag.PLAIN
    return Task(title, SHEET_STATES[sheet.state], kind, f"rounds/{terms.round}/units/{terms.unit}", " · ".join(facts))


def _holder(sheet: Sheet, terms: Terms) -> str:
    explains = stage_of(terms, sheet) is ValueStage.EXPLANATION
    return "đơn vị, để giải trình kết quả thẩm định lần 1" if explains else HOLDERS[sheet.state]


def move_rows(sheet: ShownSheet) -> list[SummaryRow]:
    """Return who moved the sheet, and when, as lines."""
    return [
        SummaryRow(MOVES[one.move], [f"{vietnamese.minute(one.at)} – ", AccountPart(one.by)]) for one in sheet.moves
    ]


def summary_of(
    row: SheetRow, leaf: Criterion, area: Criterion, handed: Sequence[str | AccountPart] = ()
) -> list[SummaryRow]:
    """Return the facts of a criterion: its maximum and rule, the points of the claim, the finding of the appraisal.

    `area` is the one above it; `handed`: the person who is to fill it in.
    """
    rows = [
        SummaryRow("Điểm tối đa", vietnamese.comma(leaf.maximum)),
        SummaryRow("Cách tính điểm", "\n".join(rule_lines(leaf, area))),
        SummaryRow("Tài liệu kiểm chứng", "Cần có, hoặc giải trình" if leaf.evidence_required else "Không bắt buộc"),
    ]
    if row.claimant:
        rows.append(SummaryRow("Cơ quan tự chấm", row.claimant))
    if handed:
        rows.append(SummaryRow("Giao cho", handed))
    if row.claim is not None:
        rows += _worth_rows(leaf, row.claim)
        rows.append(SummaryRow("Lưu lần cuối", [f"{vietnamese.minute(row.claim.at)} – ", AccountPart(row.claim.by)]))
    return [*rows, *_finding_rows(row.finding, leaf)]


def claim_rows(claim: ShownClaim | None, leaf: Criterion) -> list[SummaryRow]:
    """Return a claim to be read: its figures, documents and explanation."""
    if claim is None:
        return []
    return [
        *(SummaryRow(label, text) for label, text in figures_said(leaf, claim.figures).items()),
        SummaryRow("Tài liệu", "\n".join(document_said(one) for one in claim.evidence)),
        SummaryRow("Giải trình", claim.explanation),
    ]


def earlier_rows(earlier: EarlierClaim | None) -> list[SummaryRow]:
    """Return the claim of an earlier round to be read, with its points, and the finding with its reason."""
    if earlier is None:
        return []
    points, findings = _worth_rows(earlier.leaf, earlier.row.claim), _finding_rows(earlier.row.finding, earlier.leaf)
    return [*claim_rows(earlier.row.claim, earlier.leaf), *points, *findings]


def _worth_rows(leaf: Criterion, claim: ShownClaim | None) -> list[SummaryRow]:
    """Return the points of a claim, and how its figures earn them."""
    worth = worth_of(leaf, claim)
    arithmetic = [SummaryRow("Diễn giải điểm", worth.arithmetic)] if worth.arithmetic else []
    return [SummaryRow("Điểm theo số liệu đã khai", worth.text), *arithmetic]


def figures_said(leaf: Criterion, figures: Mapping[str, str]) -> dict[str, str]:
    """Return figures as people read them, by the labels of their fields: numbers with a comma, choices by name."""
    fields = figure_fields(leaf.rule)
    return {field.label: field.said(figures[field.name]) for field in fields if field.name in figures}


def document_said(document: Evidence) -> str:
    """Return a document in one line: number, day, title, place."""
    day = f"ngày {vietnamese.calendar_day(document.issued_on)}" if document.issued_on else ""
    place = f"trang, mục {document.page}" if document.page else ""
    return ", ".join(filter(None, (document.number, day, document.title, place)))


def finding_said(finding: ShownFinding, leaf: Criterion) -> str:
    """Return a finding in words: the claim is upheld, or what counts instead."""
    by = FINDERS[finding.stage]
    if finding.upheld:
        first = finding.stage is ValueStage.APPRAISAL_1
        return "Giữ nguyên số liệu tự chấm" if first else f"{by} công nhận số liệu của đơn vị"
    if not finding.applicable:
        return f"{by} sửa: không áp dụng"
    if finding.points:
        return f"{by} chấm {vietnamese.comma(finding.points)} điểm"
    figures = "; ".join(f"{label} {text}" for label, text in figures_said(leaf, finding.figures).items())
    return f"{by} sửa: {figures}"


def stage_rows(row: SheetRow, leaf: Criterion) -> list[list[Words]]:
    """Return the values of a criterion by stage, with the cells of STAGE_COLUMNS; none where it has its claim alone."""
    if len(row.values) < 2:  # noqa: PLR2004  # one value is no comparison
        return []
    return [
        [
            STAGE_NAMES[value.stage],
            "\n".join(filter(None, (value_said(value, leaf), value.arithmetic))),
            shown(number(value.points)) if value.points else "",
            [AccountPart(value.by)],
            vietnamese.minute(value.at),
            "\n".join([value.reason, *_added(value)]).strip(),
        ]
        for value in row.values
    ]


def value_said(value: ShownValue, leaf: Criterion) -> str:
    """Return the figures of a value in words, or what stands instead of them."""
    if not value.applicable:
        return "Không áp dụng"
    if value.points_given:
        return "Chấm điểm trực tiếp"
    figures = "; ".join(f"{label}: {text}" for label, text in figures_said(leaf, value.figures).items())
    return figures or ("Không nêu số liệu khác" if value.stage is ValueStage.EXPLANATION else "")


def _added(value: ShownValue) -> list[str]:
    """Return the documents that the unit added with its explanation; those of its claim are shown apart."""
    if value.stage is not ValueStage.EXPLANATION:
        return []
    return [f"Tài liệu bổ sung: {document_said(one)}" for one in value.evidence]


def _finding_rows(finding: ShownFinding | None, leaf: Criterion) -> list[SummaryRow]:
    if finding is None:
        return []
    reason = [SummaryRow("Ý kiến thẩm định", finding.comment)] if finding.comment else []
    return [SummaryRow("Kết quả thẩm định", finding_said(finding, leaf)), *reason]


def differences(leaf: Criterion, before: ShownClaim | None, after: ShownClaim) -> list[str]:
    """Return what a claim says that the one before did not say, a line for each: figures, documents, explanation."""
    was, now = _claim_said(leaf, before), _claim_said(leaf, after)
    lines = [
        f"{label}: {was.get(label, '–')} → {now.get(label, '–')}" if before else f"{label}: {now[label]}"
        for label in {**now, **was}
        if was.get(label) != now.get(label)
    ]
    earlier, later = ([document_said(one) for one in claim.evidence] if claim else [] for claim in (before, after))
    lines += [f"Thêm tài liệu: {one}" if before else f"Tài liệu: {one}" for one in later if one not in earlier]
    return [*lines, *(f"Bỏ tài liệu: {one}" for one in earlier if one not in later)]


def _claim_said(leaf: Criterion, claim: ShownClaim | None) -> dict[str, str]:
    if claim is None:
        return {}
    refused = {} if claim.applicable else {"Áp dụng": "Không áp dụng"}
    explained = {"Giải trình": claim.explanation} if claim.explanation else {}
    return {**figures_said(leaf, claim.figures), **refused, **explained}


def history_lines(changes: Sequence[HistoryEntry], leaf: Criterion) -> list[HistoryLine]:
    """Return the history of a criterion, the newest first: who changed what, found what, or returned the sheet."""
    lines, before = list[HistoryLine](), None
    for change in changes:
        when = vietnamese.minute(change.at)
        if change.claim is not None:
            what, note = f"Tự chấm: {worth_of(leaf, change.claim).text}", differences(leaf, before, change.claim)
            before = change.claim
            lines.append(HistoryLine(what, change.by, when, "\n".join(note)))
        elif change.finding is not None:
            lines.append(HistoryLine(finding_said(change.finding, leaf), change.by, when, change.finding.comment))
        elif change.explained is not None:
            said = change.explained
            what = f"Giải trình: {value_said(said, leaf)}" if said.reason else "Rút lại phần giải trình"
            lines.append(HistoryLine(what, change.by, when, "\n".join([said.reason, *_added(said)]).strip()))
        else:
            lines.append(HistoryLine("Lãnh đạo trả lại phiếu", change.by, when, change.note))
    return lines[::-1]


def conflict_of(version: int, saved: ShownClaim, mine: Mapping[str, str], leaf: Criterion) -> Conflict:
    """Return a stale form: who saved meanwhile, and every field that either of the two has, with both texts."""
    theirs, labels = texts_of(saved, leaf), labels_of(leaf)
    fields = {field.field: field for field in figure_fields(leaf.rule)}

    def said(name: str, text: str) -> str:
        return fields[name].said(text) if name in fields else "Có" if name == "not_applicable" and text else text

    names = [name for name in labels if theirs.get(name) or mine.get(name)]
    sides = [
        Side(name, labels[name], said(name, theirs.get(name, "")), said(name, mine.get(name, "")), mine.get(name, ""))
        for name in names
    ]
    return Conflict(saved.by, f"lúc {vietnamese.minute(saved.at)}", version, sides)


def neighbours(terms: Terms, criterion: str, only: Collection[str] = ()) -> tuple[str, str, str]:
    """Return the criterion before, the one after, and the place of this one, such as "3 / 40"; "" for no neighbour.

    `only`: the criteria of a filtered list; a criterion that is not in it has all others beside it.
    """
    codes = [code for code in terms.appraisers if criterion not in only or code in only]
    at = codes.index(criterion)
    before, after = codes[at - 1] if at else "", codes[at + 1] if at + 1 < len(codes) else ""
    return before, after, f"{at + 1} / {len(codes)}"


def by_area(criteria_set: CriteriaSet, rows: Iterable[SheetRow]) -> list[tuple[Criterion, list[SheetRow]]]:
    """Return the rows of each area of a set, in the order of the set."""
    by_code = {row.code: row for row in criteria_set.criteria}
    found: dict[str, list[SheetRow]] = {}
    for row in rows:
        above = by_code[row.criterion]
        while above.parent and above.level is not Level.AREA:
            above = by_code[above.parent]
        found.setdefault(above.code, []).append(row)
    return [(by_code[code], members) for code, members in found.items()]


def person_said(account: str, me: str) -> Sequence[str | AccountPart]:
    """Return a person as the reader sees one; nothing for none."""
    return ["bạn"] if account == me else [AccountPart(account)] if account else []


def rule_said(leaf: Criterion) -> str:
    """Return how points are given: the text of the set, or the rule in words where the set has none."""
    return leaf.rule_text or (rule_in_words(leaf.rule, leaf.maximum) if leaf.rule else "")


def rule_lines(leaf: Criterion, area: Criterion) -> list[str]:
    """Return how points are given: the text of the set, the rule in words where they differ, the cap of the area."""
    rule = rule_in_words(leaf.rule, leaf.maximum) if leaf.rule else ""
    differs = leaf.rule_text and rule and _compact(leaf.rule_text) != _compact(rule)
    computed = [f"Phần mềm tính: {rule}"] if differs else []
    cap = vietnamese.comma(area.most_points)
    capped = [f"Cả lĩnh vực không quá {cap} {AREA_KINDS[area.area_kind]}"] if cap else []
    return [rule_said(leaf), *computed, *capped]


def _compact(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")
