"""The set in the template: some real rows, and one row of each other kind of rule, to be replaced.

The rows 1.1.1 to 1.2.1 are those of Cà Mau, decision 1880/QĐ-UBND of 2013. The rows of area 2 show the other kinds.
Area 3 is a bonus.
"""

from typing import Final

from parindex.contracts.criteria import (
    AreaSort,
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
    code="bo-chi-so-mau",
    title="Bộ chỉ số cải cách hành chính (mẫu)",
    reference="Số …/QĐ-UBND",
    criteria=[
        Criterion(code="1", name="Công tác chỉ đạo, điều hành", level=Level.AREA, maximum="5"),
        Criterion(code="1.1", name="Kế hoạch cải cách hành chính năm", level=Level.CRITERION, maximum="4", parent="1"),
        *_rows(REAL[:3], Level.COMPONENT),
        Criterion(code="1.2", name="Báo cáo cải cách hành chính", level=Level.CRITERION, maximum="1", parent="1"),
        *_rows(REAL[3:], Level.COMPONENT),
        Criterion(code="2", name="Các cách tính điểm khác", level=Level.AREA, maximum="38"),
        *_rows(SHOWN, Level.CRITERION),
        Criterion(code="3", name="Điểm cộng", level=Level.AREA, maximum="6", sort=AreaSort.BONUS, at_most="5"),
        *_rows(BONUS, Level.CRITERION),
    ],
    bands=[Band(name="Tốt", at_least="80"), Band(name="Khá", at_least="65"), Band(name="Trung bình", at_least="0")],
)
