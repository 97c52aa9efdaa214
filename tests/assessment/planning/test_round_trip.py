"""A year that goes out as a workbook comes back as the same year; the year after it is made from it."""

from dataclasses import replace
from datetime import datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assessment.conftest import ca_mau_set
from tests.assessment.drafting.test_round_trip import SAMPLE_SAID

from assessment.drafting.layout import GUIDE
from assessment.drafting.writing import EXAMPLE
from assessment.opening.deadlines import Deadlines, OwnDeadlines
from assessment.opening.responsibility import CriterionAppraiser
from assessment.planning.layout import READ
from assessment.planning.reading import ReadYear, read_year
from assessment.planning.writing import example, write_year
from assessment.planning.years import Year, next_year
from parindex.contracts.assessment import Block, RoundUnit
from parindex.files.workbooks import extract
from parindex.web.vietnamese import read_moment, typed_moment


def ca_mau_year() -> Year:
    units = [RoundUnit(code="H16.01", name="Sở Nội vụ"), RoundUnit(code="H16.02", name="Sở Tư pháp")]
    return Year(
        ca_mau_set(),
        "r-2026",
        2026,
        "Chỉ số CCHC năm 2026",
        "12/KH-UBND",
        (Block(code="so", name="Sở, ban, ngành", criteria_set="ca-mau-2013", units=units),),
        (CriterionAppraiser("1.2", "H16.02"),),
        Deadlines(self_scoring_until="2027-01-31T10:00:00.000000Z", appraisal_until="2027-03-15T10:00:00.000000Z"),
    )


def read(year: Year) -> ReadYear:
    return read_year(extract(write_year(year), READ))


def said(planned: ReadYear) -> list[str]:
    return [f"{note.at.place}: {note.vi}" for note in (*planned.drafted.errors, *planned.drafted.warnings)]


@pytest.mark.parametrize("year", [ca_mau_year(), example(2026)], ids=["Cà Mau", "template"])
def test_a_year_comes_back(year: Year) -> None:
    planned = read(year)
    assert said(planned) == (SAMPLE_SAID if year.criteria_set.code == EXAMPLE.code else [])
    assert planned.year == year


def test_the_same_year_is_the_same_bytes_and_its_guide_is_first() -> None:
    assert write_year(ca_mau_year()) == write_year(ca_mau_year())
    assert extract(write_year(ca_mau_year()), ()).others[0] == GUIDE


NAMES = st.sampled_from(["Sở Nội vụ", "=1+1", "1.10", "@x", "Huyện “A”; B", "100", "x" * 300])
CODES = st.sampled_from(["1", "1.1", "1.1.1", "1.2", "2", "1.10"])
INSTANTS = st.one_of(
    st.just(""),
    st.datetimes(datetime(2001, 1, 2), datetime(2074, 1, 1)).map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"),  # noqa: DTZ001
)
DATES = st.builds(Deadlines, INSTANTS, INSTANTS, INSTANTS, INSTANTS, INSTANTS)


@st.composite
def years(draw: st.DrawFn) -> Year:
    codes = draw(st.lists(st.sampled_from(["so", "huyen", "xa-1", "12"]), min_size=1, max_size=3, unique=True))
    number = iter(range(1, 100))
    blocks = tuple(
        Block(
            code=code,
            name=draw(NAMES),
            criteria_set=draw(st.sampled_from(["ca-mau-2013", "bo-khac"])),
            units=[
                RoundUnit(
                    code=f"H16.{next(number):02}",
                    name=draw(NAMES),
                    not_applicable=draw(st.lists(CODES, max_size=2, unique=True)),
                )
                for _ in range(draw(st.integers(0, 3)))
            ],
        )
        for code in codes
    )
    appraisers = tuple(
        CriterionAppraiser(draw(CODES), "H16.01", draw(st.sampled_from(["", *codes])))
        for _ in range(draw(st.integers(0, 3)))
    )
    eyes, approval, two, training, council = (draw(st.booleans()) for _ in range(5))
    since, end = draw(INSTANTS), draw(INSTANTS)
    dates, own = draw(DATES), tuple(OwnDeadlines(draw(DATES), code) for code in codes)
    text = draw(st.sampled_from(["", "12/KH-UBND", "1.10"]))
    return Year(
        ca_mau_set(), "r-1", draw(st.integers(2000, 2074)), draw(NAMES), text, blocks, appraisers,
        dates, own, since, end, eyes, approval, two, training, council,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(drawn=years())
def test_any_year_comes_back_as_it_went_out_and_so_does_the_next(drawn: Year) -> None:
    for each in (drawn, next_year(drawn)):
        planned = read(each)
        assert said(planned) == []
        assert planned.year == each


def test_the_next_year_has_the_same_set_a_new_round_and_everything_a_year_later() -> None:
    of = replace(
        ca_mau_year(),
        criteria_set=msgspec.structs.replace(ca_mau_set(), code="h16-2026", title="Bộ chỉ số năm 2026, số 12026"),
        blocks=(
            msgspec.structs.replace(ca_mau_year().blocks[0], criteria_set="h16-2026"),
            msgspec.structs.replace(ca_mau_year().blocks[0], code="huyen", criteria_set="khac-2026"),
        ),
        deadlines=replace(ca_mau_year().deadlines, self_scoring_until="2028-02-29T10:00:00.000000Z"),
        pressed_from="2025-12-31T17:00:00.000000Z",
        four_eyes=True,
        training=True,
    )
    found = next_year(of)
    assert (found.round, found.year, found.title, found.reference) == ("r-2027", 2027, "Chỉ số CCHC năm 2027", "")
    assert (found.criteria_set, found.blocks) == (of.criteria_set, of.blocks)
    assert (found.deadlines.self_scoring_until, found.deadlines.appraisal_until) == (
        "2029-02-28T10:00:00.000000Z",
        "2028-03-15T10:00:00.000000Z",
    )
    assert (found.pressed_from, found.pressed_until) == ("2026-12-31T17:00:00.000000Z", "")
    assert (found.four_eyes, found.appraisers, found.training) == (True, of.appraisers, False)


def test_the_number_of_a_document_is_no_year() -> None:
    found = next_year(replace(ca_mau_year(), title="Chỉ số năm 2026 theo QĐ 2026/QĐ-UBND, KH 2026 /KH-BNV và 12/2026"))
    assert found.title == "Chỉ số năm 2027 theo QĐ 2026/QĐ-UBND, KH 2026 /KH-BNV và 12/2027"


def test_a_round_without_the_year_in_its_id_gets_it() -> None:
    found = next_year(replace(ca_mau_year(), round="dot-chinh", title="Đợt chính"))
    assert (found.round, found.title, found.criteria_set) == ("dot-chinh-2027", "Đợt chính", ca_mau_set())


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("31/01/2027 17:00", "2027-01-31T10:00:00.000000Z"),
        ("1/2/2027 7:05:30", "2027-02-01T00:05:30.000000Z"),
        ("1/2/2027  00:00:00.5", "2027-01-31T17:00:00.500000Z"),
    ],
)
def test_a_moment_is_read_as_vietnamese_time_and_written_as_it_is_read(typed: str, read_as: str) -> None:
    assert read_moment(typed) == read_as
    assert read_moment(typed_moment(read_as)) == read_as
