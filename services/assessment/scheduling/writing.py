"""Writes a plan, and the costs of its survey, as workbooks with xlsxwriter: the same plan is the same bytes."""

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook as Writer

from assessment.scheduling.items import MODE_WORDS, STATE_WORDS, PlanItem
from assessment.scheduling.queries import cost_of
from assessment.scheduling.state import ExercisePlan, timings
from parindex.numbers import to_wire
from parindex.web.vietnamese import calendar_day

PLAN: Final = ("STT", "Nội dung", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời gian", "Sản phẩm", "Tiến độ")
PLAN_WIDTHS: Final = (6, 50, 18, 28, 26, 30, 24)
COSTS: Final = ("STT", "Nhóm đối tượng", "Hình thức", "Số phiếu", "Đơn giá (đồng)", "Thành tiền (đồng)")
COST_WIDTHS: Final = (6, 40, 20, 12, 18, 20)


def write_plan(plan: ExercisePlan, today: str) -> bytes:
    """Return the workbook of a plan: the table of its annex, with how far each item is on a day."""
    into, book, sheet, text = _begun(plan.title, PLAN, PLAN_WIDTHS)
    timed = timings(plan, today)
    for row, (code, one) in enumerate(plan.items.items(), 3):
        partners = ", ".join(filter(None, (*one.item.partners, one.item.others)))
        late = f", chậm {timed[code].days_late} ngày" if timed[code].days_late else ""
        state = STATE_WORDS[one.state] + late
        cells = (code, one.item.title, one.item.lead, partners, period(one.item, timed[code].until), one.item.product)
        for column, cell in enumerate((*cells, state)):
            sheet.write_string(row, column, cell, text)
    book.close()
    return into.getvalue()


def write_costs(plan: ExercisePlan) -> bytes:
    """Return the workbook of a survey's costs: formulas that a person can check, each with its value."""
    total = cost_of(plan)
    into, book, sheet, text = _begun(f"Dự toán điều tra xã hội học: {plan.title}", COSTS, COST_WIDTHS)
    number = book.add_format({"border": 1, "num_format": "#,##0.##"})
    for row, (line, cost) in enumerate(zip(plan.costs, total.lines, strict=True), 3):
        for column, cell in enumerate((str(row - 2), line.group, MODE_WORDS[line.mode])):
            sheet.write_string(row, column, cell, text)
        sheet.write_number(row, 3, line.forms, number)
        sheet.write_formula(row, 4, f"={line.unit_cost}", number, Decimal(line.unit_cost))
        sheet.write_formula(row, 5, f"=D{row + 1}*E{row + 1}", number, Decimal(to_wire(cost)))
    last = 3 + len(plan.costs)
    added = f"=SUM(F4:F{last})" if plan.costs else "=0"
    for row, (name, formula, value) in enumerate(
        (
            ("Cộng", added, total.subtotal),
            (f"Dự phòng {plan.contingency}%", f"=F{last + 1}*{plan.contingency}/100", total.contingency),
            ("Tổng cộng", f"=F{last + 1}+F{last + 2}", total.total),
        ),
        last,
    ):
        sheet.write_string(row, 1, name, text)
        sheet.write_formula(row, 5, formula, number, Decimal(to_wire(value)))
    book.close()
    return into.getvalue()


def period(item: PlanItem, until: str) -> str:
    """Return the period of an item in words."""
    end = calendar_day(until)
    if item.after:
        end = f"{end} ({item.working_days} ngày làm việc sau nội dung {item.after})".strip()
    return f"{calendar_day(item.since)} – {end}" if item.since else end


def _begun(title: str, head: tuple[str, ...], widths: tuple[int, ...]) -> tuple[BytesIO, Any, Any, Any]:
    """Begin a workbook of one worksheet: its title, and the head of its table in row 3."""
    into = BytesIO()
    book = Writer(into, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"title": title, "author": "parindex", "created": datetime(2000, 1, 1)})  # noqa: DTZ001
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "border": 1, "text_wrap": True})
    text = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, title, book.add_format({"bold": True}))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for column, (name, width) in enumerate(zip(head, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, name, bold)
    return into, book, sheet, text
