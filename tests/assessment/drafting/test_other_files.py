"""Files that offices have beside .xlsx: YAML and JSON are the same set; others are refused, with how to save them."""

import zipfile
from io import BytesIO

import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from tests.assessment.conftest import ca_mau_set
from tests.assessment.drafting.test_round_trip import sets, tidied

from assessment.drafting.bodies import FLAGS, WHOLES, set_in_file
from assessment.drafting.refusals import SetFileKindError
from assessment.drafting.writing import EXAMPLE, write_set, write_yaml
from assessment.enacting.checks import mistakes_in_set
from parindex.contracts.criteria import CriteriaSet


def said(content: bytes) -> list[tuple[int, str]]:
    drafted = set_in_file(content)
    assert drafted.criteria_set is None
    return [(note.at.row, note.vi) for note in drafted.errors]


@given(sets())
@settings(max_examples=25, deadline=None)
def test_yaml_json_and_excel_are_the_same_set(of: CriteriaSet) -> None:
    read = [set_in_file(content).criteria_set for content in (write_set(of), write_yaml(of), msgspec.json.encode(of))]
    if mistakes_in_set(of):
        assert read == [None] * 3
        return
    assert [tidied(each) for each in read if each] == [tidied(of)] * 3


@pytest.mark.parametrize("of", [EXAMPLE, ca_mau_set()], ids=["every kind", "real rows"])
def test_a_set_of_every_kind_of_rule_comes_back_from_yaml_and_json(of: CriteriaSet) -> None:
    assert set_in_file(write_yaml(of)).criteria_set == of
    assert set_in_file(msgspec.json.format(msgspec.json.encode(of), indent=2)).criteria_set == of


def test_numbers_without_quotes_a_mark_at_the_beginning_and_null_for_no_rule_are_read() -> None:
    text = write_yaml(ca_mau_set()).decode().replace("maximum: '10'", "maximum: 10\n  rule: null", 1)
    assert set_in_file(b"\xef\xbb\xbf# ghi ch\xc3\xba\n---\n" + text.encode()).criteria_set == ca_mau_set()
    assert "rule: null" in text


def test_every_mistake_of_a_text_is_at_its_line_and_an_unknown_field_is_one() -> None:
    rows = [replace(row, name="x" * 501) if row.code in {"1.1", "2"} else row for row in ca_mau_set().criteria]
    text = write_yaml(replace(ca_mau_set(), criteria=rows)).decode()
    lines = [at for at, line in enumerate(text.splitlines(), 1) if "x" * 501 in line]
    assert [row for row, _ in said(text.encode())] == lines
    [(row, vi)] = said(write_yaml(ca_mau_set()) + b"tie: same_rank\n")
    assert (row, "/tie" in vi) == (len(write_yaml(ca_mau_set()).splitlines()) + 1, True)
    assert said(write_yaml(ca_mau_set()) + b"title: hai\n")[0][1].startswith("Kh\u00f3a")
    wrong_sum = write_yaml(ca_mau_set()).decode().replace("maximum: '5'", "maximum: '6'")
    assert any("/criteria/" in vi for _, vi in said(wrong_sum.encode()))


def ods() -> bytes:
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", "<x/>")
    return into.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        "M\u00e3;T\u00ean;C\u1ea5p\n1;Ch\u1ec9 \u0111\u1ea1o: \u0111i\u1ec1u h\u00e0nh;L\u0129nh v\u1ef1c\n".encode(),
        'M\u00e3,T\u00ean\n1,"a"\n'.encode(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        ods(),
        b"%PDF-1.7\n",
        b"\xff\xfe\x00a",
        "M\u00e3\tT\u00ean".encode("utf-16"),
    ],
    ids=["semicolons", "commas", "xls", "ods", "pdf", "bytes", "utf-16"],
)
def test_another_kind_of_file_is_refused_with_how_to_save_it(content: bytes) -> None:
    with pytest.raises(SetFileKindError, match="Excel Workbook"):
        set_in_file(content)


def test_the_fields_that_are_no_text_are_those_of_the_contract() -> None:
    assert {"closed", "evidence_required"} <= FLAGS
    assert {"decimals"} == WHOLES
