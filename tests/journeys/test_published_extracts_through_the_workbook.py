"""Published tables of which only some rows, indices or means are known, out of sets that are typed into a workbook.

Where only indices are printed, each is entered as points of one criterion of 100 points, which is inferred: ranks,
bands and differences can be checked by that, but not how the index came about. `docs/testing.md` lists all tables.
"""

from collections.abc import Mapping

import pytest
from tests.journeys.typed_tables import Measured, points, read, table
from tests.journeys.typed_workbooks import Line, area, entered

from parindex.contracts.ranking import RankedUnit
from parindex.numbers import exact

WHOLE = [area("A", "Chỉ số đã công bố", 100), entered("A.1", "Chỉ số", 100)]
SON_LA: list[Line] = [{"name": "A", "at_least": 90}, {"name": "B", "at_least": 70}]


def of_indices(indices: Mapping[str, str], *bands: Line, decimals: int = 2) -> list[RankedUnit]:
    """Return the rows of a block whose units have these printed indices; the units are entered last first."""
    known = read(WHOLE, (), bands, decimals=decimals)
    units = [Measured(name, points(A1=index)) for name, index in reversed(list(indices.items()))]
    return list(table(known, "khoi", units).rows)


@pytest.mark.parametrize(
    "indices",
    [
        {"Sở Tư pháp": "91.21", "Văn phòng UBND tỉnh": "90.84", "Sở Nội vụ": "90.81"},
        {"Xã Quảng Bình": "85.10", "Xã Yên Phú": "85.07", "Xã Du Già": "84.36"},
    ],
    ids=["departments", "communes"],
)
def test_tuyen_quang_2025_ranks_its_first_three_as_printed(indices: Mapping[str, str]) -> None:
    """The press of January 2026 prints the index of three departments and three communes, and no points."""
    assert [(row.rank, row.name, row.index) for row in of_indices(indices)] == [
        (rank, name, index) for rank, (name, index) in enumerate(indices.items(), 1)
    ]


def test_tuyen_quang_2022_measures_a_department_and_a_city_by_maxima_of_their_own() -> None:
    """Points and percentages are printed; both maxima, 66.27 and 65.26, are inferred from them."""
    known = read([
        area("A", "Áp dụng cho cả hai", "65,26"), entered("A.1", "Tổng điểm", "65,26"),
        area("B", "Chỉ áp dụng cho sở", "1,01"), entered("B.1", "Tổng điểm", "1,01"),
        area("C", "Không áp dụng cho cả hai", "33,73"), entered("C.1", "Tổng điểm", "33,73"),
    ])  # fmt: skip
    found = table(known, "khoi", [
        Measured("TP Tuyên Quang", points(A1="54.14"), not_applicable=("B", "C")),
        Measured("Sở Tư pháp", points(A1="61.62", B1="1"), not_applicable=("C",)),
    ])  # fmt: skip
    assert [(row.name, row.points, row.index) for row in found.rows] == [
        ("Sở Tư pháp", "62.62", "94.49"),
        ("TP Tuyên Quang", "54.14", "82.96"),
    ]


def test_thanh_hoa_2023_ranks_its_districts_as_printed() -> None:
    """Decision 600/QĐ-UBND: ranks 1 to 3 and 27, indices without points; the districts between them are not known."""
    indices = {
        "Huyện Đông Sơn": "92.15",
        "Huyện Hoằng Hóa": "91.92",
        "TP Thanh Hóa": "91.46",
        "Huyện Mường Lát": "86.09",
    }
    assert [(row.rank, row.name, row.index) for row in of_indices(indices)] == [
        (1, "Huyện Đông Sơn", "92.15"),
        (2, "Huyện Hoằng Hóa", "91.92"),
        (3, "TP Thanh Hóa", "91.46"),
        (4, "Huyện Mường Lát", "86.09"),
    ]


@pytest.mark.parametrize(
    ("parts_2019", "index_2020", "band_2020", "change"),
    [(("57.46", "28.11"), "90.25", "A", "4.68"), (("54.60", "26.78"), "86.15", "B", "4.77")],
    ids=["departments", "districts"],
)
def test_son_la_2020_gained_on_2019_as_printed(
    parts_2019: tuple[str, str], index_2020: str, band_2020: str, change: str
) -> None:
    """Decision 36/QĐ-UBND of 2021 prints means of 2020, and the gains; indices and bands of the units are not printed.

    The article prints 85,76 for the departments of 2019, which is neither the sum of the parts nor fits the gain.
    """
    appraisal, survey = parts_2019
    parted = read([
        area("A", "Thẩm định", 70), entered("A.1", "Tổng điểm thẩm định", 70),
        area("B", "Điều tra xã hội học", 30), entered("B.1", "Tổng điểm điều tra", 30),
    ], (), SON_LA)  # fmt: skip
    [before] = table(parted, "khoi", [Measured("Trung bình", points(A1=appraisal, B1=survey))]).rows
    [now] = of_indices({"Trung bình": index_2020}, *SON_LA)
    assert (before.band, now.band, now.index) == ("B", band_2020, index_2020)
    assert exact(now.index) - exact(before.index) == exact(change)


def test_lam_dong_has_the_printed_value_of_the_index_of_decision_766() -> None:
    """The total of 27/11/2025 is printed; the weights of its parts are not, nor the other 33 provinces of its rank."""
    outside = {**entered("A.1", "Chỉ số 766", 100), "kind": "Giá trị của chỉ số bên ngoài", "source": "Chỉ số 766"}
    known = read([area("A", "Phục vụ người dân, doanh nghiệp", 100), outside])
    figures = {"A.1": {"value": "90.09", "as_of": "2025-11-27"}}
    [row] = table(known, "tinh", [Measured("Lâm Đồng", figures)]).rows
    assert (row.points, row.index) == ("90.09", "90.09")


@pytest.mark.parametrize(
    ("indicator", "value", "target", "earned"),
    [
        ("Hồ sơ giải quyết đúng hạn", "97.28", 98, "0.00"),
        ("Số hóa hồ sơ, kết quả", "82", 80, "1.00"),
        ("Tái sử dụng dữ liệu số hóa", "83.76", 50, "1.00"),
        ("Dịch vụ công trực tuyến toàn trình", "51.79", 70, "0.00"),
        ("Thanh toán trực tuyến", "78.61", 60, "1.00"),
    ],
)
def test_lam_dong_reached_three_of_the_five_printed_targets(
    indicator: str, value: str, target: int, earned: str
) -> None:
    """Values and targets in percent are printed; one point for a reached target is inferred."""
    ladder = {**entered("A.1", indicator, 1), "kind": "Thang điểm theo ngưỡng"}
    rung: Line = {"criterion": "A.1", "bound": target, "closed": "Có", "points": 1}
    known = read([area("A", "Chỉ số 766", 1), ladder], [rung])
    [row] = table(known, "tinh", [Measured("Lâm Đồng", {"A.1": {"value": value}})]).rows
    assert row.points == earned


NATIONAL: list[Line] = [{"name": "A", "at_least": 90}, {"name": "B", "at_least": 80}, {"name": "C", "at_least": 70}]
HUE: list[Line] = [
    {"name": "Xuất sắc", "at_least": 90}, {"name": "Tốt", "at_least": 80}, {"name": "Khá", "at_least": 70},
]  # fmt: skip
THAI_NGUYEN: list[Line] = [
    {"name": "Tốt", "at_least": 80}, {"name": "Khá", "at_least": 70}, {"name": "Trung bình", "at_least": 0},
]  # fmt: skip
ICT: list[Line] = [
    {"name": name, "at_least": bound} for name, bound in (("A", 90), ("B", 80), ("C", 65), ("D", 50), ("E", 0))
]


@pytest.mark.parametrize(
    ("bands", "decimals", "printed"),
    [
        (NATIONAL, 2, {"91.04": "A", "73.25": "C"}),
        (NATIONAL, 2, {"92.18": "A", "81.32": "B"}),
        (HUE, 3, {"97.685": "Xuất sắc", "87.187": "Tốt", "80.696": "Tốt", "79.455": "Khá", "73.475": "Khá"}),
        (THAI_NGUYEN, 2, {"67.77": "Trung bình", "61.33": "Trung bình"}),
        (HUE[:2], 2, {"90.25": "Xuất sắc", "89.09": "Tốt"}),
        (ICT, 2, {"90.00": "A", "80.00": "B", "65.00": "C", "50.00": "D", "49.99": "E"}),
    ],
    ids=["national-2020", "national-2023", "hue-2021", "thai-nguyen-2022", "binh-duong-communes-2017", "ict"],
)
def test_printed_indices_are_in_their_printed_bands(
    bands: list[Line], decimals: int, printed: Mapping[str, str]
) -> None:
    """The bounds of the national and the ICT bands are printed, those of the provinces are inferred from their classes.

    National: the classes of the first and the last province follow from how many provinces are printed for each class.
    ICT: no unit's index is known, so the bounds themselves are entered, and the number just below the last.
    """
    rows = of_indices({f"Đơn vị {index}": index for index in printed}, *bands, decimals=decimals)
    assert {row.index: row.band for row in rows} == printed
