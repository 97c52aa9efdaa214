"""Criteria sets whose areas, counts or rows were published, typed into a workbook and read by the code of the service.

Points below an area are seldom printed; where a row needs some, they are inferred, and the test says so.
"""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from tests.journeys.typed_tables import Measured, points, read, table
from tests.journeys.typed_workbooks import Line, area, entered, typed_set

Area = tuple[str, int, int, str]  # name, criteria, components, maximum

PROVINCES_2017: list[Area] = [
    ("Công tác chỉ đạo, điều hành CCHC", 6, 6, "10.00"),
    ("Xây dựng và tổ chức thực hiện văn bản quy phạm pháp luật", 4, 6, "10.00"),
    ("Cải cách thủ tục hành chính", 5, 16, "14.50"),
    ("Cải cách tổ chức bộ máy hành chính nhà nước", 4, 10, "11.00"),
    ("Xây dựng và nâng cao chất lượng đội ngũ cán bộ, công chức, viên chức", 9, 16, "16.00"),
    ("Cải cách tài chính công", 3, 6, "7.00"),
    ("Hiện đại hóa hành chính", 5, 18, "16.00"),
    ("Tác động của CCHC đến người dân, tổ chức và phát triển KT-XH", 3, 3, "15.50"),
]
MINISTRIES_2022: list[tuple[str, int, int]] = [
    ("Công tác chỉ đạo, điều hành CCHC", 7, 6),
    ("Cải cách thể chế", 9, 15),
    ("Cải cách thủ tục hành chính", 6, 19),
    ("Cải cách tổ chức bộ máy hành chính nhà nước", 4, 14),
    ("Cải cách chế độ công vụ", 6, 16),
    ("Cải cách tài chính công", 3, 13),
    ("Xây dựng và phát triển Chính phủ điện tử, Chính phủ số", 3, 14),
]


def component(line: Line) -> Line:
    return {**line, "level": "Tiêu chí thành phần"}


def total(code: str, name: str, maximum: str) -> Line:
    return {"code": code, "name": name, "level": "Tiêu chí", "maximum": maximum}


def counted(areas: Sequence[Area]) -> list[Line]:
    """Return a set with these areas and counts; all components of an area are inferred to be in its first criterion.

    A row below an area is inferred to have 0.1 points, its first component all that is left.
    """
    lines: list[Line] = []
    for number, (name, criteria, components, maximum) in enumerate(areas, 1):
        first = Decimal(maximum) - Decimal("0.1") * (criteria - 1)
        left = first - Decimal("0.1") * (components - 1)
        lines += [area(str(number), name, maximum), total(f"{number}.1", "Tiêu chí 1", str(first))]
        for at in range(1, components + 1):
            most = str(left) if at == 1 else "0.1"
            lines.append(component(entered(f"{number}.1.{at}", f"Tiêu chí thành phần {at}", most)))
        lines += [entered(f"{number}.{at}", f"Tiêu chí {at}", "0.1") for at in range(2, criteria + 1)]
    return lines


def test_the_areas_of_the_national_set_of_2017_make_100_points_and_its_criteria_are_not_the_printed_38() -> None:
    # decision 2948/QĐ-BNV: the maxima and counts of the areas are printed; their rows are 39 criteria, and the text
    # says 38
    printed = {"printed_areas": 8, "printed_criteria": 38, "printed_components": 81}
    lines = counted(PROVINCES_2017)
    drafted = typed_set(lines, (), (), **printed)
    assert not drafted.errors
    assert [(note.at.place, note.vi) for note in drafted.warnings] == [
        ("sheet Bộ chỉ số, row 6, column B", "Văn bản ghi 38, nhưng trang “Tiêu chí” có 39 dòng cấp “Tiêu chí”.")
    ]
    leaves = {str(line["code"]): str(line["maximum"]) for line in lines if "kind" in line}
    known = read(lines, (), (), **{**printed, "printed_criteria": 39})
    units = [
        Measured(name, {
            code: {"points": most if code.startswith(f"{number}.") else "0"} for code, most in leaves.items()
        })
        for number, (name, *_) in enumerate(PROVINCES_2017, 1)
    ]  # fmt: skip
    units.append(Measured("Mọi lĩnh vực", {code: {"points": most} for code, most in leaves.items()}))
    rows = table(known, "tinh", units).rows
    assert {row.name: row.points for row in rows} == {
        "Mọi lĩnh vực": "100.00",
        **{name: maximum for name, _, _, maximum in PROVINCES_2017},
    }


def test_the_areas_of_the_set_of_ministries_of_2022_have_the_printed_38_criteria_and_97_components() -> None:
    # decision 876/QĐ-BNV: the points of the areas are not known, so that each area has 10 is inferred
    areas = [(*row, "10") for row in MINISTRIES_2022]
    known = read(counted(areas), printed_areas=7, printed_criteria=38, printed_components=97)
    assert [row.name for row in known.criteria if row.level == "area"] == [name for name, _, _ in MINISTRIES_2022]


@pytest.mark.parametrize(
    ("appraisal", "survey", "points_printed", "appraisal_alone"),
    [
        ("60", "40", "100.00", "60.00"),
        ("63.5", "36.5", "100.00", "63.50"),
        ("68.5", "31.5", "100.00", "68.50"),
        ("68", "32", "100.00", "68.00"),
        ("80", "20", "100.00", "80.00"),
        ("70", "30", "100.00", "70.00"),
        ("40", "20", "60.00", "66.67"),
    ],
    ids=[
        "1294-2012", "1149-2020-ministries", "876-2022-ministries", "876-2022-provinces", "ha-tinh-52-2019-departments",
        "son-la-1051-2018", "ha-tinh-52-2019-central-agencies",
    ],
)  # fmt: skip
def test_appraisal_and_survey_make_the_printed_scale(
    appraisal: str, survey: str, points_printed: str, appraisal_alone: str
) -> None:
    # the catalogue of sets prints both parts and the scale; the index is a percentage of it
    known = read([
        area("A", "Thẩm định", appraisal), entered("A.1", "Tổng điểm", appraisal),
        area("B", "Điều tra xã hội học", survey), entered("B.1", "Tổng điểm", survey),
    ])  # fmt: skip
    rows = table(known, "khoi", [
        Measured("Chỉ thẩm định", points(A1=appraisal, B1="0")), Measured("Tối đa", points(A1=appraisal, B1=survey)),
    ]).rows  # fmt: skip
    assert [(row.name, row.index) for row in rows] == [("Tối đa", "100.00"), ("Chỉ thẩm định", appraisal_alone)]
    assert rows[0].points == points_printed


def test_the_pledges_of_ca_mau_2020_add_up_to_63_5_of_67_5_points() -> None:
    # Cà Mau's Public Administration Service Centre: maxima without the survey, and the points pledged for each area
    areas = [
        ("Công tác chỉ đạo, điều hành", "8.5", "8"), ("Cải cách thủ tục hành chính", "14", "13"),
        ("Cải cách tổ chức bộ máy", "6", "6"), ("Cán bộ, công chức, viên chức", "14", "13"), ("Thể chế", "5", "5"),
        ("Tài chính công", "9.5", "8"), ("Ứng dụng CNTT", "5.5", "5.5"), ("Áp dụng ISO", "1", "1"),
        ("Thu hút đầu tư, doanh nghiệp", "4", "4"),
    ]  # fmt: skip
    lines: list[Line] = []
    for number, (name, maximum, _) in enumerate(areas, 1):
        lines += [area(str(number), name, maximum), entered(f"{number}.1", "Tổng điểm", maximum)]
    pledged = {f"{number}.1": {"points": each} for number, (_, _, each) in enumerate(areas, 1)}
    [row] = table(read(lines), "tinh", [Measured("Cà Mau", pledged)]).rows
    assert (row.points, row.index) == ("63.50", "94.07")  # 63.5 / 67.5; the percentage itself is not printed


@pytest.mark.parametrize(
    ("plan", "third_report", "earned"),
    [("on_time", "on_time", "6.00"), ("late", "on_time", "5.50"), ("late", "late", "4.50")],
)
def test_the_first_rows_of_ca_mau_earn_what_their_texts_say(plan: str, third_report: str, earned: str) -> None:
    # decision 1880/QĐ-UBND of 2013, rows 1.1.1 to 1.2.2; the rule of 1.3 is not known, and that the rest of area 1 has
    # 10 points is inferred from 20 - 5 - 2 - 3: neither applies here
    reports = {"quy_1": "Quý I", "sau_thang": "6 tháng", "quy_3": "Quý III", "nam": "Năm"}
    yes_no = {"kind": "Có hoặc không"}
    known = read([
        area("1", "Công tác chỉ đạo, điều hành CCHC", 20),
        total("1.1", "Kế hoạch CCHC năm", "5"),
        component({**entered("1.1.1", "Ban hành kế hoạch", 1), "kind": "Kịp thời", "on_time": 1, "late": "0,5",
                   "never": 0}),
        component({**entered("1.1.2", "Xác định đầy đủ nhiệm vụ và bố trí kinh phí", 1), **yes_no}),
        component({**entered("1.1.3", "Kết quả xác định rõ ràng, định rõ trách nhiệm", 1), **yes_no}),
        component({**entered("1.1.4", "Mức độ thực hiện kế hoạch", 2), "kind": "Thang điểm theo ngưỡng"}),
        total("1.2", "Báo cáo CCHC", "2"),
        component({**entered("1.2.1", "Đủ số lượng và đúng thời gian (quý I, III, 6 tháng, năm)", 1),
                   "kind": "Nhiều kỳ hạn", "on_time": 1}),
        component({**entered("1.2.2", "Đủ nội dung theo quy định", 1), **yes_no}),
        entered("1.3", "Kiểm tra CCHC", 3),
        entered("1.4", "Các tiêu chí còn lại", 10),
    ], [
        {"criterion": "1.1.4", "bound": 90, "closed": "Không", "points": 2},
        {"criterion": "1.1.4", "bound": 70, "closed": "Có", "points": 1},
        *({"criterion": "1.2.1", "code": code, "name": name} for code, name in reports.items()),
    ])  # fmt: skip
    figures = {
        "1.1.1": {"outcome": plan}, "1.1.2": {"answer": "yes"}, "1.1.3": {"answer": "yes"},
        "1.1.4": {"done": "9", "planned": "10"}, "1.2.1": {**dict.fromkeys(reports, "on_time"), "quy_3": third_report},
        "1.2.2": {"answer": "yes"},
    }  # fmt: skip
    [row] = table(known, "so", [Measured("x", figures, not_applicable=("1.3", "1.4"))]).rows
    assert row.points == earned
