"""What the pages of a plan show, computed beforehand: templates place it and compute nothing."""

import calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from assessment.scheduling.checks import may_mark
from assessment.scheduling.forms import LAST_YEAR
from assessment.scheduling.items import DEADLINE_WORDS, MODE_WORDS, STATE_WORDS, TEMPLATES, RoundDeadline, WorkState
from assessment.scheduling.queries import DatedRound, cost_of, late_first
from assessment.scheduling.state import ExercisePlan, ExercisePlans, ItemTiming, PlannedItem, days_beyond
from assessment.scheduling.writing import period
from parindex.auth.principal import Principal
from parindex.numbers import to_wire
from parindex.values.days import day_in_vietnam
from parindex.web import vietnamese
from parindex.web.parts import Column, Link, SummaryRow, Tag

PLAN_COLUMNS: Final = [Column("Kế hoạch"), Column("Năm", number=True), Column("Văn bản")]
OWN_COLUMNS: Final = [Column("Kế hoạch"), Column("Cơ quan"), Column("Năm", number=True)]
ROUND_COLUMNS: Final = [Column("Đợt"), Column("Mốc"), Column("Thời hạn của đợt"), Column("So với kế hoạch")]
COST_COLUMNS: Final = [
    Column("Nhóm đối tượng"), Column("Hình thức"), Column("Số phiếu", number=True),
    Column("Đơn giá (đồng)", number=True), Column("Thành tiền (đồng)", number=True),
]  # fmt: skip
WEEK: Final = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
DEADLINE_CHOICES: Final = [(one.value, words) for one, words in DEADLINE_WORDS.items()]
STATE_CHOICES: Final = [(one.value, words) for one, words in STATE_WORDS.items()]
MODE_CHOICES: Final = [(one.value, words) for one, words in MODE_WORDS.items()]
TEMPLATE_CHOICES: Final = [(code, f"Mẫu: {one.name}") for code, one in TEMPLATES.items()]
ACTION_WORDS: Final[Mapping[WorkState, str]] = {
    WorkState.UNDER_WAY: "Đang làm",
    WorkState.DONE: "Xong",
}
"""The states in the words of a button; a person drops an item, or takes a state back, on the item's own page."""
ONE_CLICK: Final = (WorkState.UNDER_WAY, WorkState.DONE)


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in the list of a plan. `offers` are the states that the reader may set by one click."""

    code: str
    title: str
    agencies: str
    when: str
    state: str
    tag: Tag
    slipped: str
    offers: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar, with its entries; a day of another month is empty."""

    shown: str
    entries: Sequence[str]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar in weeks from Monday to Sunday."""

    name: str
    weeks: Sequence[Sequence[Day]]


def item_lines(plan: ExercisePlan, today: str, principal: Principal) -> list[ItemLine]:
    """Return the items of a plan, late ones first."""
    return [
        ItemLine(
            one.item.code, one.item.title, agencies_of(one), period(one.item, timing.until),
            STATE_WORDS[one.state] + (f" từ {vietnamese.calendar_day(one.on)}" if one.on else ""),
            Tag.DONE if one.state is WorkState.DONE else Tag.TO_DO if timing.days_late else Tag.PLAIN,
            slipped(timing), _offers(one) if may_mark(principal, plan.authority, one.item) else [],
        )
        for one, timing in late_first(plan, today)
    ]  # fmt: skip


def slipped(timing: ItemTiming) -> str:
    """Return in words how an item slips; "" where it does not."""
    late = f"Chậm {timing.days_late} ngày. " if timing.days_late else ""
    shifted = timing.expected and timing.expected != timing.until
    return f"{late}{f'Dự kiến xong {vietnamese.calendar_day(timing.expected)}.' if shifted else ''}".strip()


def agencies_of(one: PlannedItem) -> str:
    """Return the agencies of an item in words."""
    partners = ", ".join(filter(None, (*one.item.partners, one.item.others)))
    lead = f"Chủ trì: {one.item.lead}." if one.item.lead else ""
    return f"{lead} {f'Phối hợp: {partners}.' if partners else ''}".strip() or "Chưa phân công."


def item_summary(one: PlannedItem, timing: ItemTiming, note: str) -> list[SummaryRow]:
    """Return an item with its state as its page shows it."""
    rows = (
        ("Tiến độ", STATE_WORDS[one.state]), ("Từ ngày", vietnamese.calendar_day(one.on)), ("Ghi chú", note),
        ("Chậm", slipped(timing)),
    )  # fmt: skip
    return [*(SummaryRow(term, value) for term, value in rows if value), *item_rows(one, timing.until)]


def item_rows(one: PlannedItem, until: str = "") -> list[SummaryRow]:
    """Return what the office entered about an item; `until` is its end, counted where it follows another item."""
    item = one.item
    rows = (
        ("Nội dung", item.title), ("Chủ trì", item.lead),
        ("Phối hợp", ", ".join(filter(None, (*item.partners, item.others)))),
        ("Thời gian", period(item, until or item.until)),
        ("Đặt mốc của đợt", DEADLINE_WORDS[item.sets] if item.sets is not RoundDeadline.NONE else ""),
        ("Sản phẩm", item.product), ("Nguồn của nội dung", item.source),
    )  # fmt: skip
    return [SummaryRow(term, value) for term, value in rows if value]


def plan_summary(plan: ExercisePlan) -> list[SummaryRow]:
    """Return the head of a plan."""
    issued = f"{plan.number} ngày {vietnamese.calendar_day(plan.issued_on)}" if plan.number else "Chưa ban hành"
    settled = sum(one.settled for one in plan.items.values())
    template = TEMPLATES.get(plan.based_on)
    based = f"Mẫu: {template.name}" if template else f"Kế hoạch năm {plan.based_on}" if plan.based_on else ""
    rows = (("Văn bản", issued), ("Lập từ", based), ("Đã xong", f"{settled} trên {len(plan.items)} nội dung"))
    return [SummaryRow(term, value) for term, value in rows if value]


def round_rows(plan: ExercisePlan, rounds: Sequence[DatedRound]) -> list[list[str]]:
    """Return the deadlines of the rounds of a plan's year, each with how far it lies from the plan."""
    return [
        [
            one.shown_title, DEADLINE_WORDS[name], vietnamese.deadline(at),
            _beyond(days_beyond(plan, one.deadlines).get(name)),
        ]
        for one in rounds
        for name, at in one.deadlines.items()
        if at
    ]  # fmt: skip


def cost_rows(plan: ExercisePlan) -> tuple[list[list[str]], list[SummaryRow]]:
    """Return the lines of the costs of a plan's survey, and their sums."""
    total = cost_of(plan)
    rows = [
        [line.group, MODE_WORDS[line.mode], vietnamese.count(line.forms), money(line.unit_cost), money(to_wire(cost))]
        for line, cost in zip(plan.costs, total.lines, strict=True)
    ]
    sums = [
        SummaryRow("Cộng", f"{money(to_wire(total.subtotal))} đồng"),
        SummaryRow(f"Dự phòng {vietnamese.comma(plan.contingency)}%", f"{money(to_wire(total.contingency))} đồng"),
        SummaryRow("Tổng cộng", f"{money(to_wire(total.total))} đồng"),
    ]
    return rows, sums


def money(number: str) -> str:
    """Write an exact amount with points between thousands and a decimal comma: 12.500,5."""
    whole, _, decimals = number.partition(".")
    return vietnamese.count(int(whole)) + (f",{decimals}" if decimals else "")


def list_rows(plans: ExercisePlans) -> list[list[str | Link]]:
    """Return the plans of one authority, the newest first."""
    return [
        [
            Link(one.title, f"plans/{year}"),
            str(year),
            f"{one.number} ngày {vietnamese.calendar_day(one.issued_on)}" if one.number else "Chưa ban hành",
        ]
        for year, one in sorted(plans.years.items(), reverse=True)
    ]


def begin_choices(plans: ExercisePlans) -> list[tuple[str, str]]:
    """Return what a new plan may begin with: the plan of the year before, a template, or nothing."""
    last = [(LAST_YEAR, "Kế hoạch của năm trước")] if plans.years else []
    return [*last, *TEMPLATE_CHOICES, ("", "Chưa có nội dung nào")]


def plan_rows(plans: Sequence[ExercisePlan], root: str) -> list[list[str | Link]]:
    """Return plans of several authorities, the newest first."""
    newest = sorted(plans, key=lambda one: (-one.year, one.authority))
    return [
        [Link(one.title, f"{root}authorities/{one.authority}/plans/{one.year}"), one.authority, str(one.year)]
        for one in newest
    ]


def months_of(plan: ExercisePlan, today: str, rounds: Sequence[DatedRound]) -> list[Month]:
    """Return the calendar of a plan: the months in which something begins, ends or is expected."""
    entries = defaultdict[str, list[str]](list)
    for day, words in (*_of_items(plan, today), *_of_rounds(rounds)):
        entries[day].append(words)
    return [_month(name, entries) for name in sorted({day[:7] for day in entries})]


def _month(name: str, entries: Mapping[str, Sequence[str]]) -> Month:
    year, month = int(name[:4]), int(name[5:])
    weeks = [[_day(of, month, entries) for of in week] for week in calendar.Calendar().monthdatescalendar(year, month)]
    return Month(f"Tháng {month}/{year}", weeks)


def _day(of: date, month: int, entries: Mapping[str, Sequence[str]]) -> Day:
    return Day(f"{of:%d/%m}", entries.get(of.isoformat(), ())) if of.month == month else Day("", ())


def _of_items(plan: ExercisePlan, today: str) -> Iterator[tuple[str, str]]:
    for one, timing in late_first(plan, today):
        title = one.item.title
        if one.item.since:
            yield one.item.since, f"Bắt đầu: {title}"
        if timing.until:
            yield timing.until, f"Hạn: {title}"
        if timing.expected and timing.expected != timing.until:
            yield timing.expected, f"Dự kiến xong: {title}"


def _of_rounds(rounds: Sequence[DatedRound]) -> Iterator[tuple[str, str]]:
    for one in rounds:
        for name, at in one.deadlines.items():
            if at:
                yield day_in_vietnam(at), f"{DEADLINE_WORDS[name]}, {one.shown_title}"


def _offers(one: PlannedItem) -> list[tuple[str, str]]:
    return [(each.value, ACTION_WORDS[each]) for each in ONE_CLICK if each is not one.state and not one.settled]


def _beyond(days: int | None) -> str:
    if days is None:
        return "Kế hoạch không đặt mốc này"
    return f"Sau kế hoạch {days} ngày" if days > 0 else f"Trước kế hoạch {-days} ngày" if days else "Đúng kế hoạch"
