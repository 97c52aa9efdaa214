"""Writes a year as a workbook: the same year is the same bytes; the year of the template."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import msgspec

from assessment.drafting.writing import EXAMPLE as EXAMPLE_SET
from assessment.drafting.writing import Book
from assessment.opening.deadlines import FIELDS, Deadlines
from assessment.opening.responsibility import CriterionAppraiser
from assessment.planning.layout import (
    APPRAISER_COLUMNS,
    APPRAISERS,
    BLOCK_COLUMNS,
    BLOCKS,
    CHOICES,
    EXCLUDED,
    EXCLUDED_COLUMNS,
    FLAGS,
    NUMBERS,
    OWN_DEADLINE_COLUMNS,
    OWN_DEADLINES,
    ROUND,
    ROUND_ITEMS,
    UNIT_COLUMNS,
    UNITS,
    WRITTEN,
)
from assessment.planning.years import Year
from parindex.contracts.assessment import Block, RoundUnit
from parindex.web.vietnamese import typed_moment

GUIDANCE: Final = """
Một năm đánh giá trong một bảng tính: bộ chỉ số, khối, đơn vị, thời hạn, cơ quan thẩm định. Điền rồi tải lên hệ thống.
1. Trang “Đợt đánh giá”: mã, năm, tên, thời hạn và các quy ước. Mã đợt: chữ thường không dấu, chữ số, gạch nối.
2. Thời hạn ghi cả ngày và giờ Việt Nam, ví dụ 31/01/2027 17:00. Để trống là không có hạn.
3. Lượt bấm kiosk: để trống thì được tính từ đầu năm đánh giá đến hết năm sau.
4. Trang “Khối”: đơn vị trong một khối được xếp hạng với nhau theo một bộ chỉ số.
5. “Bộ chỉ số khác” để trống thì khối dùng bộ trong bảng tính này; khối dùng bộ đã ban hành khác thì ghi mã bộ đó.
6. Trang “Đơn vị”: mỗi dòng một đơn vị và khối của đơn vị. Mã đơn vị nằm dưới mã cơ quan chủ trì, ví dụ H16.01.
7. Trang “Thẩm định”: ai thẩm định tiêu chí hoặc cả lĩnh vực nào; dòng không có ở đây do cơ quan chủ trì thẩm định.
8. Trang “Không áp dụng”: tiêu chí, lĩnh vực không áp dụng với một đơn vị. Trang “Thời hạn riêng”: mốc của một khối
hoặc một đơn vị khác với mốc chung; ô trống thì theo mốc chung của đợt.
9. Các trang “Bộ chỉ số”, “Tiêu chí”, “Chi tiết cách tính”, “Xếp loại” giống bảng tính của bộ chỉ số.
10. Bộ đã ban hành mà không đổi gì thì được dùng tiếp, không ban hành lại; đổi nội dung thì phải đổi mã bộ chỉ số.
11. Mã như 1.10 phải là chữ: các cột mã đã định dạng Text, dán vào thì chọn “chỉ dán giá trị”.
12. Điều tra xã hội học: câu hỏi, nhóm trả lời và tỷ lệ nằm ở dòng tiêu chí và trang “Chi tiết cách tính”.
13. Chưa có ở đây: mẫu điều tra, phiếu hỏi, chọn mẫu; kiosk và kết quả điều tra được tải lên riêng sau khi mở đợt.
14. Người kê khai không ghi ở đây: mỗi đơn vị tự giao tiêu chí cho người của mình.
15. Hệ thống chỉ ra mọi lỗi theo trang, dòng, cột, cho xem trước cả năm, và chỉ ghi khi cơ quan chủ trì xác nhận.
"""
Lines = list[dict[str, str]]


def write_year(of: Year) -> bytes:
    """Return the bytes of the workbook of a year."""
    lines = round_lines(of)
    with Book(ROUND, WRITTEN, CHOICES, NUMBERS) as book:
        book.guide(GUIDANCE)
        book.items(ROUND, ROUND_ITEMS, lines[ROUND])
        for name, columns in TABLES.items():
            book.table(name, columns, lines[name])
        book.criteria_set(of.criteria_set)
    return book.content


TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    BLOCKS: BLOCK_COLUMNS,
    UNITS: UNIT_COLUMNS,
    APPRAISERS: APPRAISER_COLUMNS,
    EXCLUDED: EXCLUDED_COLUMNS,
    OWN_DEADLINES: OWN_DEADLINE_COLUMNS,
}


def round_lines(of: Year) -> dict[str, Lines]:
    """Return the lines of the worksheets of a round, by the keys of their columns."""
    own = of.criteria_set.code
    units = [(block, unit) for block in of.blocks for unit in block.units]
    return {
        ROUND: [{"item": title, "value": _value(of, name)} for name, title in ROUND_ITEMS.items()],
        BLOCKS: [
            {
                "code": block.code,
                "name": block.name,
                "criteria_set": "" if block.criteria_set == own else block.criteria_set,
            }
            for block in of.blocks
        ],
        UNITS: [{"code": unit.code, "name": unit.name, "block": block.code} for block, unit in units],
        APPRAISERS: [
            {"criterion": entry.criterion, "appraiser": entry.appraiser, "block": entry.block}
            for entry in of.appraisers
        ],
        EXCLUDED: [{"unit": unit.code, "criterion": code} for _, unit in units for code in unit.not_applicable],
        OWN_DEADLINES: [{"block": own.block, "unit": own.unit, **_dates(own.deadlines)} for own in of.own_deadlines],
    }


def _value(of: Year, name: str) -> str:
    """Return an item as its cell shows it."""
    moments = {
        **{field: getattr(of.deadlines, date) for field, date in FIELDS.items()},
        "pressed_from": of.pressed_from,
        "pressed_until": of.pressed_until,
    }
    if name in moments:
        return typed_moment(moments[name]) if moments[name] else ""
    value = getattr(of, name)
    if name in FLAGS:
        return CHOICES[name]["yes"] if value else ""
    return str(value)


def _dates(of: Deadlines) -> dict[str, str]:
    return {field: typed_moment(getattr(of, name)) if getattr(of, name) else "" for field, name in FIELDS.items()}


def without_units(of: Year) -> Year:
    """Return a year without its units and appraisers, which another authority does not have."""
    blocks = tuple(msgspec.structs.replace(block, units=[]) for block in of.blocks)
    return replace(of, blocks=blocks, appraisers=(), own_deadlines=())


def example(year: int) -> Year:
    """Return the year of the template: some units of a province in two blocks, and one row for each kind of entry."""
    communes = [RoundUnit(code="H16.31", name="Phường A"), RoundUnit(code="H16.32", name="Xã B")]
    departments = [
        RoundUnit(code="H16.01", name="Sở Nội vụ"),
        RoundUnit(code="H16.02", name="Sở Tư pháp", not_applicable=["2.10"]),
    ]
    own = EXAMPLE_SET.code
    return Year(
        EXAMPLE_SET,
        f"dot-{year}",
        year,
        f"Chỉ số cải cách hành chính năm {year}",
        "Số …/KH-UBND",
        (
            Block(code="so", name="Sở, ban, ngành", criteria_set=own, units=departments),
            Block(code="xa", name="Xã, phường", criteria_set=own, units=communes),
        ),
        (CriterionAppraiser("1", "H16.01"), CriterionAppraiser("2.7", "H16.02", "xa")),
        Deadlines(
            self_scoring_until=f"{year + 1}-01-31T10:00:00.000000Z",
            appraisal_until=f"{year + 1}-03-15T10:00:00.000000Z",
        ),
    )
