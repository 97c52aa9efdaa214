"""Tables that were really published come out of sets that are typed into a workbook, from cells to ranks."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from tests.journeys.typed_tables import Measured, points, read, table
from tests.journeys.typed_workbooks import Line, area, entered, surveyed
from tests.publication.conftest import CENTRAL, DEPARTMENTS, DISTRICTS

from parindex.numbers import exact


def with_survey(appraisal: str, survey: str) -> list[Line]:
    """Return the lines of a set with one area of appraised points and one of a survey."""
    return [
        area("A", "Đánh giá trực tiếp", appraisal), entered("A.1", "Tổng điểm đánh giá", appraisal),
        area("B", "Điều tra xã hội học", survey), surveyed("B.1", "Tổng điểm điều tra", survey, "dieu-tra"),
    ]  # fmt: skip


def two_parts(rows: Sequence[tuple[int, str, str, str, str]], out_of: str) -> list[Measured]:
    return [Measured(name, points(A1=earned), {"dieu-tra": (survey, out_of)}) for _, name, earned, survey, _ in rows]


@pytest.mark.parametrize(
    ("rows", "appraisal", "survey"),
    [(DISTRICTS, "65", "35"), (CENTRAL, "60", "40"), (DEPARTMENTS, "60", "40")],
    ids=["binh-duong-2017", "vinh-phuc-2019-central", "vinh-phuc-2019-departments"],
)
def test_ranks_and_indices_of_a_whole_table_are_the_published_ones(
    rows: list[tuple[int, str, str, str, str]], appraisal: str, survey: str
) -> None:
    known = read(with_survey(appraisal, survey))
    found = table(known, "b", two_parts(list(reversed(rows)), survey))
    assert [(row.rank, row.name, exact(row.appraisal), row.survey, row.index) for row in found.rows] == [
        (rank, name, exact(earned), earned_in_survey, index) for rank, name, earned, earned_in_survey, index in rows
    ]
    if rows is DISTRICTS:
        assert found.mean == "78.39"


def test_thanh_hoa_2023_measures_the_committee_for_ethnic_affairs_by_84_points() -> None:
    # decision 600/QĐ-UBND; that 16 points did not apply follows from 68.32 points and 81.33 %
    known = read([
        area("A", "Lĩnh vực của mọi đơn vị", 84), entered("A.1", "Tổng điểm", 84),
        area("B", "Lĩnh vực không áp dụng cho mọi đơn vị", 16), entered("B.1", "Tổng điểm", 16),
    ], decimals=3)  # fmt: skip
    found = table(known, "so", [
        Measured("Ban Dân tộc", points(A1="68.32"), {}, ("B",)),
        Measured("BQL KKT Nghi Sơn và các KCN", points(A1="77.651", B1="14")),
        Measured("Sở Công Thương", points(A1="78.83", B1="14")),
        Measured("Sở Giao thông vận tải", points(A1="77.86", B1="14")),
    ])  # fmt: skip
    assert [(row.name, row.points, row.index) for row in found.rows] == [
        ("Sở Công Thương", "92.830", "92.830"),
        ("Sở Giao thông vận tải", "91.860", "91.860"),
        ("BQL KKT Nghi Sơn và các KCN", "91.651", "91.651"),
        ("Ban Dân tộc", "68.320", "81.333"),
    ]


@pytest.mark.parametrize(
    ("block", "council", "index", "band"), [("so", "62,62", "89.45", "II"), ("huyen", "61,46", "87.80", "I")]
)
def test_nam_dinh_2020_prints_percentages_of_a_scale_of_70_with_bands_per_block(
    block: str, council: str, index: str, band: str
) -> None:
    # notice 118/TB-UBND: means of a block; 62.62/70 is 89.457, so the printed number is cut off
    bands: list[Line] = [
        {"name": "I", "at_least": 90, "block": "so"}, {"name": "II", "at_least": 80, "block": "so"},
        {"name": "I", "at_least": 80, "block": "huyen"}, {"name": "II", "at_least": 70, "block": "huyen"},
    ]  # fmt: skip
    known = read([area("A", "Thang điểm 70", 70), entered("A.1", "Tổng điểm", 70)], (), bands, mode="Cắt bỏ")
    [row] = table(known, block, [Measured("Trung bình", points(A1=council.replace(",", ".")))]).rows
    assert (row.index, row.band) == (index, band)


@pytest.mark.parametrize(
    ("appraisal", "officials", "citizens", "survey", "index"),
    [("57.46", "18.15", "9.96", "28.11", "85.57"), ("54.60", "16.78", "10", "26.78", "81.38")],
    ids=["departments", "districts"],
)
def test_son_la_2019_adds_two_groups_of_respondents_to_seventy_points(
    appraisal: str, officials: str, citizens: str, survey: str, index: str
) -> None:
    # the decisions of Sơn La for 2019: means per block, 70 + 20 (officials) + 10 (citizens)
    known = read([
        area("A", "Thẩm định", 70), entered("A.1", "Tổng điểm thẩm định", "70"),
        area("B", "Điều tra xã hội học", 30),
        surveyed("B.1", "Cán bộ, công chức", "20", "can-bo"), surveyed("B.2", "Người dân", "10", "nguoi-dan"),
    ])  # fmt: skip
    surveys = {"can-bo": (officials, "20"), "nguoi-dan": (citizens, "10")}
    [row] = table(known, "so", [Measured("Trung bình", points(A1=appraisal), surveys)]).rows
    assert (row.survey, row.index) == (survey, index)


def test_the_areas_of_the_national_set_of_2022_add_up_to_100_and_give_son_la_its_90_02() -> None:
    # decision 876/QĐ-BNV; four maxima and Sơn La's points in them for 2024 are printed, the rest of both is their sum
    printed = {"3": ("13", "12.75"), "4": ("10,5", "10.18"), "5": ("15", "14.23"), "8": ("16,5", "13.14")}
    rest: dict[str, str | float] = {"1": "9,5", "2": 10, "6": 12, "7": "13,5"}
    maxima: dict[str, str | float] = {code: most for code, (most, _) in printed.items()}
    maxima |= rest
    lines = [
        line
        for code, most in sorted(maxima.items())
        for line in (area(code, f"Lĩnh vực {code}", most), entered(f"{code}.1", "Tổng điểm", most))
    ]
    bands: list[Line] = [{"name": "A", "at_least": 90}, {"name": "B", "at_least": 80}, {"name": "C", "at_least": 70}]
    known = read(lines, (), bands)
    earned = {f"{code}.1": {"points": each} for code, (_, each) in printed.items()}
    others = dict(zip(("1.1", "2.1", "6.1", "7.1"), ("9.5", "10", "12", "8.22"), strict=True))
    earned |= {code: {"points": each} for code, each in others.items()}  # 39.72 together, as 90.02 leaves them
    [row] = table(known, "tinh", [Measured("Sơn La", earned)]).rows
    assert (row.points, row.index, row.band) == ("90.02", "90.02", "A")


def test_the_row_of_ca_mau_gives_ninety_percent_the_lower_rung() -> None:
    # decision 1880/QĐ-UBND of Cà Mau, 2013, row 1.1.4: above 90 %: 2; from 70 to 90 %: 1; below 70 %: 0
    ladder = {**entered("A.1", "Mức độ thực hiện kế hoạch", 2), "kind": "Thang điểm theo ngưỡng"}
    rungs: list[Line] = [
        {"criterion": "A.1", "bound": 90, "closed": "Không", "points": 2},
        {"criterion": "A.1", "bound": 70, "closed": "Có", "points": 1},
    ]
    known = read([area("A", "Công tác chỉ đạo, điều hành", 2), ladder], rungs)
    earned = []
    for done, planned in (("9", "10"), ("901", "1000"), ("7", "10"), ("69", "100")):
        figures = {"A.1": {"done": done, "planned": planned}}
        [row] = table(known, "so", [Measured("x", figures)]).rows
        earned.append(Fraction(row.points))
    assert earned == [1, 2, 1, 0]
