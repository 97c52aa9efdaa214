"""Writes a criteria set as a workbook that a programme officer fills in, or as YAML: the same set is the same bytes.

The template is the workbook of `EXAMPLE`: some real rows, and one row of each other kind of rule, to be replaced. The
rows 1.1.1 to 1.2.1 are those of Cà Mau, decision 1880/QĐ-UBND of 2013; area 2 has the other kinds, area 3 is a bonus.
The texts of 2.11 and 2.12 are those of rows 3.1.1 and 3.2 of Phú Thọ in 2025.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final, Self

import msgspec
import yaml
from xlsxwriter import Workbook as Writer

from assessment.drafting.layout import (
    BAND_COLUMNS,
    BANDS,
    CHOICES,
    CRITERIA,
    CRITERION_COLUMNS,
    DETAIL_COLUMNS,
    DETAILS,
    GUIDE,
    ITEMS,
    KIND_WORDS,
    LISTS,
    NUMBERS,
    OWN_NOTES,
    RULES,
    SET,
    SET_COLUMNS,
    WRITTEN,
    detail_column,
    fields_of,
    listed_in,
    parameters_of,
)
from assessment.enacting.checks import SAMPLE
from parindex.contracts.criteria import (
    AreaKind,
    Band,
    BestOfCases,
    Case,
    Choice,
    CriteriaSet,
    Criterion,
    Deduction,
    DueDates,
    EnteredPoints,
    ExternalValue,
    Formula,
    Level,
    NamedFigure,
    NormalisedToBest,
    Option,
    PerCase,
    Proportional,
    Rule,
    Share,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.files.sheet_marks import letters
from parindex.web.vietnamese import comma

EXACT: Final = 15
"""Significant digits of a number that Excel keeps; a longer one is written as text."""
SPARE_LINES: Final = 200
"""Empty lines below those of the set, with the same drop-down lists."""
WIDTHS: Final = {
    "name": 50,
    "rule_text": 50,
    "kind": 30,
    "value": 70,
    "item": 32,
    "expression": 40,
    "level": 20,
    "notes": 40,
}
GUIDANCE: Final = """
Bộ chỉ số cải cách hành chính, để điền rồi tải lên hệ thống. Các dòng có sẵn sửa, xóa, thêm tùy ý.
1. Trang “Bộ chỉ số”: mã, tên, văn bản ban hành và các quy ước chung.
2. Trang “Tiêu chí”: mỗi dòng một lĩnh vực, tiêu chí hoặc tiêu chí thành phần, theo thứ tự in trong quyết định.
3. Ô “Thuộc” để trống thì dòng thuộc dòng cấp trên gần nhất ở phía trên.
4. Dòng được chấm điểm chọn “Cách tính điểm” và chỉ điền những cột mà cách tính đó dùng; dòng tổng để trống.
5. Trang “Chi tiết cách tính”: bậc, mức, kỳ hạn, trường hợp, vi phạm, biến, phương án trả lời, theo thứ tự.
6. Mã dòng của kỳ hạn, trường hợp, vi phạm và biến là chữ thường không dấu, chữ số, gạch dưới.
7. Tỷ lệ, mức sàn, mức trần của “Theo tỷ lệ”: 0,75 hoặc 75%. Ngưỡng, “Từ” của xếp loại, thang đo tính từ 0 đến 100: \
90 hoặc 90%, không ghi 0,9. Ô điểm không nhận %. Số thập phân viết bằng dấu phẩy hoặc dấu chấm.
8. Điểm thưởng, điểm trừ là một lĩnh vực riêng: chọn ở “Loại lĩnh vực”, không tính vào điểm tối đa của thang điểm.
9. “Khi bằng chỉ số, xét lần lượt”: appraisal (điểm thẩm định), survey (điều tra), mã lĩnh vực, cách nhau bằng dấu ;.
10. Mã như 1.10 phải là chữ: các cột mã đã định dạng Text, dán vào thì chọn “chỉ dán giá trị”.
11. Số lĩnh vực, tiêu chí, tiêu chí thành phần in trong văn bản: để trống cũng được; khác số dòng thì có cảnh báo.
12. Cột “Ghi chú” dành cho người soạn; hệ thống không đọc cột này.
13. Đơn vị, khối, thời hạn và cơ quan thẩm định thuộc về một năm: chúng ở bảng tính của năm, không ở đây.
14. Hệ thống chỉ ra các lỗi theo trang, dòng, cột trước khi ghi; chưa đúng hết thì chưa ghi gì.
"""
OF_RULES: Final = """
Cột của từng cách tính điểm (bảng dưới đây); cột trong ngoặc để trống cũng được.
“Thang đo”: giá trị cao nhất của chỉ số bên ngoài, thường là 100; điểm = giá trị ÷ thang đo × điểm tối đa.
“Nhóm trả lời”: mã nhóm người trả lời trong kết quả điều tra, như nguoi-dan; để trống thì tính chung mọi nhóm.
“Câu hỏi điều tra”: mã câu hỏi. Mỗi phương án trả lời là một dòng ở “Chi tiết cách tính”, kể cả phương án có tỷ lệ 0.
"""
RULE_COLUMNS: Final = ("Cách tính điểm", f"Cột ở trang “{CRITERIA}”", f"Cột ở trang “{DETAILS}”")


def write_set(criteria_set: CriteriaSet) -> bytes:
    """Return the bytes of the workbook of a set."""
    with Book(SET, WRITTEN) as book:
        book.guide(GUIDANCE)
        book.criteria_set(criteria_set)
    return book.content


def write_yaml(criteria_set: CriteriaSet) -> bytes:
    """Return the set as YAML, as a round file has it; numbers are text."""
    plain = msgspec.to_builtins(criteria_set)
    written: str = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=10_000)
    return written.encode()


def rule_columns() -> list[tuple[str, str, str]]:
    """Return for each kind of rule its word, and its columns in the criterion's line and in the details."""
    found = []
    for kind, word in KIND_WORDS.items():
        _, part = listed_in(RULES[kind])
        parameters = {CRITERION_COLUMNS[name]: needed for name, needed in parameters_of(RULES[kind]).items()}
        of_part = fields_of(part).items() if part else ()
        details = {DETAIL_COLUMNS[detail_column(name)]: needed for name, needed in of_part}
        found.append((word, _columns_in_words(parameters), _columns_in_words(details)))
    return found


def _columns_in_words(columns: Mapping[str, bool]) -> str:
    return "; ".join(title if needed else f"({title})" for title, needed in columns.items()) or "Không dùng cột nào"


TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    CRITERIA: {**CRITERION_COLUMNS, **OWN_NOTES},
    DETAILS: DETAIL_COLUMNS,
    BANDS: BAND_COLUMNS,
}


class Book:
    """A workbook that is written: worksheets with titles, lines, and drop-down lists. `content`: its bytes, at the end.

    `choices` and `numbers`: the words of the columns and items that have a list, and those that hold numbers.
    """

    def __init__(
        self,
        title: str,
        sheets: Sequence[str],
        choices: Mapping[str, Mapping[str, str]] = CHOICES,
        numbers: Collection[str] = NUMBERS,
    ) -> None:
        self._into, self._lists, self._choices, self._numbers = BytesIO(), 0, choices, numbers
        options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        self._book: Any = Writer(self._into, options)
        self._book.set_properties({"title": title, "author": "parindex", "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        self._sheets = {name: self._book.add_worksheet(name) for name in sheets}
        form = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#BBBBBB"}
        self._head = self._book.add_format({**form, "bold": True, "bg_color": "#D9E2EC"})
        self._text = self._book.add_format({**form, "num_format": "@"})
        self._number = self._book.add_format({**form, "num_format": "General"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sheets[LISTS].hide()
        self._book.close()

    @property
    def content(self) -> bytes:
        return self._into.getvalue()

    def guide(self, guidance: str) -> None:
        """Write the guide, a line in each row, and which columns each kind of rule uses."""
        guide = self._sheets[GUIDE]
        guide.set_column(0, 0, 120)
        guide.set_column(1, 2, 60)
        lines = [*guidance.strip().splitlines(), *OF_RULES.strip().splitlines()]
        for row, text in enumerate(lines):
            guide.write_string(row, 0, text, self._text)
        for row, cells in enumerate((RULE_COLUMNS, *rule_columns()), len(lines)):
            for column, text in enumerate(cells):
                guide.write_string(row, column, text, self._head if cells is RULE_COLUMNS else self._text)

    def criteria_set(self, criteria_set: CriteriaSet) -> None:
        """Write the worksheets of a set."""
        lines = lines_of(criteria_set)
        self.items(SET, ITEMS, lines[SET])
        for name, columns in TABLES.items():
            self.table(name, columns, lines[name])

    def items(self, name: str, items: Mapping[str, str], lines: Sequence[Mapping[str, str]]) -> None:
        """Write a worksheet with one item and its value in each line."""
        sheet = self._sheets[name]
        self._titles(sheet, SET_COLUMNS)
        for row, (item, line) in enumerate(zip(items, lines, strict=True), 1):
            sheet.write_string(row, 0, line["item"], self._head)
            self._cell(sheet, row, 1, item, line["value"])
            if item in self._choices:
                self._offer(sheet, row, row, 1, list(self._choices[item].values()))

    def table(self, name: str, columns: Mapping[str, str], lines: Sequence[Mapping[str, Any]]) -> None:
        """Write a worksheet with a line for each of `lines`, and spare lines below them."""
        sheet, last = self._sheets[name], len(lines) + SPARE_LINES
        self._titles(sheet, columns)
        for row, line in enumerate(lines, 1):
            for column, field in enumerate(columns):
                self._cell(sheet, row, column, field, line.get(field, ""))
        for column, field in enumerate(columns):
            for row in range(len(lines) + 1, last + 1):
                sheet.write_blank(row, column, None, self._number if field in self._numbers else self._text)
            if field in self._choices:
                self._offer(sheet, 1, last, column, list(self._choices[field].values()))

    def _cell(self, sheet: Any, row: int, column: int, field: str, text: str) -> None:  # private
        form = self._number if field in self._numbers else self._text
        if not text:
            sheet.write_blank(row, column, None, form)
        elif field in self._numbers and len(text.strip("-0.").replace(".", "")) <= EXACT:
            sheet.write_number(row, column, Decimal(text), form)
        else:
            sheet.write_string(row, column, comma(text) if field in self._numbers else text, form)

    def _titles(self, sheet: Any, columns: Mapping[str, str]) -> None:
        sheet.freeze_panes(1, 2)
        for column, (name, title) in enumerate(columns.items()):
            sheet.write_string(0, column, title, self._head)
            sheet.set_column(column, column, WIDTHS.get(name, 16))

    def _offer(self, sheet: Any, first: int, last: int, column: int, words: Sequence[str]) -> None:  # private
        """Offer words as a drop-down list; the list is a column of a hidden worksheet, where it may be long."""
        at, self._lists = letters(self._lists), self._lists + 1
        for row, word in enumerate(words):
            self._sheets[LISTS].write_string(row, self._lists - 1, word)
        source = f"='{LISTS}'!${at}$1:${at}${len(words)}"
        sheet.data_validation(first, column, last, column, {"validate": "list", "source": source, "ignore_blank": True})


def lines_of(criteria_set: CriteriaSet) -> dict[str, list[dict[str, str]]]:
    """Return the lines of each worksheet by the keys of their columns: words for codes, numbers with a point."""
    values = {**msgspec.structs.asdict(criteria_set), **msgspec.structs.asdict(criteria_set.rounding)}
    return {
        SET: [{"item": title, "value": _word(name, values.get(name, ""))} for name, title in ITEMS.items()],
        CRITERIA: [_worded({**msgspec.to_builtins(row), **_rule_of(row)}) for row in criteria_set.criteria],
        DETAILS: [_worded(line) for row in criteria_set.criteria for line in _details_of(row)],
        BANDS: [_worded(msgspec.to_builtins(band)) for band in criteria_set.bands],
    }


def _worded(line: Mapping[str, Any]) -> dict[str, str]:
    return {name: _word(name, value) for name, value in line.items() if not isinstance(value, list | dict)}


def _word(name: str, value: object) -> str:
    """Return a value as its cell shows it."""
    if isinstance(value, list):
        return "; ".join(value)
    text = ("yes" if value else "") if isinstance(value, bool) else str(value)
    return CHOICES[name].get(text, text) if text and name in CHOICES else text


def _rule_of(row: Criterion) -> dict[str, Any]:
    rule: dict[str, Any] = msgspec.to_builtins(row.rule) if row.rule else {}
    return rule


def _details_of(row: Criterion) -> list[dict[str, Any]]:
    listed, _ = listed_in(type(row.rule)) if row.rule else ("", None)
    if not listed:
        return []
    parts = msgspec.to_builtins(getattr(row.rule, listed))
    return [{"criterion": row.code, **{detail_column(name): value for name, value in part.items()}} for part in parts]


LADDER: Final = Steps(
    steps=[Step(bound="90", closed=False, points="2"), Step(bound="70", closed=True, points="1")], otherwise="0"
)
REPORTS: Final = DueDates(
    dates=[
        NamedFigure(figure="quy_1", name="Báo cáo quý I"),
        NamedFigure(figure="sau_thang", name="Báo cáo 6 tháng"),
        NamedFigure(figure="quy_3", name="Báo cáo quý III"),
        NamedFigure(figure="nam", name="Báo cáo năm"),
    ],
    on_time="1",
)
LEVELS: Final = Choice(
    options=[
        Option(code="xuat-sac", name="Hoàn thành xuất sắc", share="1"),
        Option(code="tot", name="Hoàn thành tốt", share="0.75"),
        Option(code="hoan-thanh", name="Hoàn thành", share="0.5"),
        Option(code="khong", name="Không hoàn thành", share="0"),
    ]
)
SATISFIED: Final = SurveyPoints(
    question="hai-long",
    shares=[
        Share(option="rat-hai-long", share="1"),
        Share(option="hai-long", share="1"),
        Share(option="binh-thuong", share="0"),
        Share(option="khong-hai-long", share="0"),
        Share(option="rat-khong-hai-long", share="0"),
    ],
)
HANDLED: Final = Formula(
    variables=[
        NamedFigure(figure="dung_han", name="Số phản ánh, kiến nghị xử lý đúng hạn"),
        NamedFigure(figure="tong_so", name="Tổng số phản ánh, kiến nghị"),
    ],
    expression="min(dung_han / tong_so; 1) * maximum",
)
Row = tuple[str, str, str, Rule, str]
REAL: Final[list[Row]] = [
    ("1.1.1", "Ban hành kế hoạch", "1", Timeliness(on_time="1", late="0.5", never="0"),
     "Kịp thời: 1; không kịp thời: 0,5; không ban hành: 0"),
    ("1.1.2", "Xác định đầy đủ nhiệm vụ và bố trí kinh phí", "1", YesNo(), "Đầy đủ: 1; không: 0"),
    ("1.1.4", "Mức độ thực hiện kế hoạch", "2", LADDER, "Trên 90%: 2; từ 70-90%: 1; dưới 70%: 0"),
    ("1.2.1", "Đủ số lượng và đúng thời gian (quý I, III, 6 tháng, năm)", "1", REPORTS, "Đạt: 1; không: 0"),
]  # fmt: skip
SHOWN: Final[list[Row]] = [
    ("2.1", "Điểm nhập trực tiếp", "2", EnteredPoints(), ""),
    ("2.2", "Tỷ lệ hồ sơ giải quyết đúng hạn; dưới 80% không có điểm", "3", Proportional(floor="0.8"), ""),
    ("2.3", "Mức độ hoàn thành nhiệm vụ được giao", "2", LEVELS, "Xuất sắc: tối đa; tốt: 75%; hoàn thành: 50%"),
    ("2.4", "Ứng dụng trong cơ quan", "5", PerCase(each="1"), "Mỗi ứng dụng 1 điểm, không quá 5 điểm"),
    ("2.5", "Sáng kiến cải cách hành chính", "2", BestOfCases(cases=[
        Case(figure="cap_tinh", name="Được công nhận cấp tỉnh", points="2"),
        Case(figure="co_so", name="Được công nhận cấp cơ sở", points="1"),
    ]), "Tính trường hợp có điểm cao nhất"),
    ("2.6", "Chấp hành kỷ luật, kỷ cương", "2", Deduction(violations=[
        Case(figure="nhac_nho", name="Bị nhắc nhở bằng văn bản", points="0.5"),
        Case(figure="ky_luat", name="Có người bị kỷ luật", points="1"),
    ]), "Mỗi lần bị nhắc nhở trừ 0,5; mỗi người bị kỷ luật trừ 1"),
    ("2.7", "Xử lý phản ánh, kiến nghị đúng hạn", "3", HANDLED, ""),
    ("2.8", "Chỉ số phục vụ người dân, doanh nghiệp", "6", ExternalValue(source="Chỉ số 766"), "Theo QĐ 766/QĐ-TTg"),
    ("2.10", "Tỷ lệ hồ sơ nộp trực tuyến", "3", NormalisedToBest(),
     "Tỷ lệ chuẩn hóa = tỷ lệ của đơn vị / tỷ lệ lớn nhất"),
    ("2.9", "Sự hài lòng của người dân", "10", SATISFIED, "Tỷ lệ người trả lời hài lòng và rất hài lòng"),
    ("2.11", "Ban hành văn bản tổ chức triển khai", "0.5", YesNo(),
     "Có ban hành văn bản tổ chức triển khai: điểm tối đa; không ban hành: 0 điểm"),
    ("2.12", "Ban hành nội quy, quy chế", "2", PerCase(each="0.5"),
     "Mỗi nội quy, quy chế đạt 0,5; không ban hành 0"),
]  # fmt: skip
BONUS: Final[list[Row]] = [
    ("3.1", "Sáng kiến được nhân rộng", "6", PerCase(each="2"), "Mỗi sáng kiến 2 điểm; cả mục cộng không quá 5 điểm"),
]


def _rows(rows: list[Row], level: Level) -> list[Criterion]:
    return [
        Criterion(
            code=code, name=name, level=level, maximum=maximum, parent=code.rpartition(".")[0], rule=rule,
            rule_text=text, evidence_required=code == "1.1.1",
        )
        for code, name, maximum, rule, text in rows
    ]  # fmt: skip


EXAMPLE: Final = CriteriaSet(
    code=SAMPLE,
    title="Bộ chỉ số cải cách hành chính (mẫu)",
    reference="Số …/QĐ-UBND",
    criteria=[
        Criterion(code="1", name="Công tác chỉ đạo, điều hành", level=Level.AREA, maximum="5"),
        Criterion(code="1.1", name="Kế hoạch cải cách hành chính năm", level=Level.CRITERION, maximum="4", parent="1"),
        *_rows(REAL[:3], Level.COMPONENT),
        Criterion(code="1.2", name="Báo cáo cải cách hành chính", level=Level.CRITERION, maximum="1", parent="1"),
        *_rows(REAL[3:], Level.COMPONENT),
        Criterion(code="2", name="Các cách tính điểm khác", level=Level.AREA, maximum="40.5"),
        *_rows(SHOWN, Level.CRITERION),
        Criterion(code="3", name="Điểm cộng", level=Level.AREA, maximum="6", area_kind=AreaKind.BONUS, area_cap="5"),
        *_rows(BONUS, Level.CRITERION),
    ],
    bands=[Band(name="Tốt", at_least="80"), Band(name="Khá", at_least="65"), Band(name="Trung bình", at_least="0")],
)
