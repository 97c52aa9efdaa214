"""`parindex criteria`: a template that is right, a check with every mistake at its cell, and no file replaced."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.assessment.conftest import ca_mau_set
from typer.testing import CliRunner, Result

from assessment.drafting.writing import write_set
from parindex_cli.commands.criteria import app
from parindex_cli.sets import LARGEST


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "bo-chi-so.xlsx"


def test_the_template_is_written_once_and_is_right(book: Path) -> None:
    assert run("template", book).exit_code == 0
    checked = run("check", book)
    assert (checked.exit_code, "Tệp đúng." in checked.output) == (0, True), checked.output
    before = book.read_bytes()
    again = run("template", book)
    assert (again.exit_code, "Đã có tệp" in again.output, book.read_bytes() == before) == (1, True, True)


def test_a_right_workbook_becomes_the_json_of_the_api(book: Path, tmp_path: Path) -> None:
    book.write_bytes(write_set(ca_mau_set()))
    out = tmp_path / "set.json"
    assert run("check", book, "--out", out).exit_code == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["code"], len(found["criteria"])) == ("ca-mau-2013", len(ca_mau_set().criteria))
    assert run("check", book, "--out", out).exit_code == 1


def test_a_folder_that_is_not_there_and_a_file_that_is_too_large_are_refused_in_words(tmp_path: Path) -> None:
    nowhere = run("template", tmp_path / "khong-co" / "a.xlsx")
    assert (nowhere.exit_code, "Không đọc hay ghi được" in nowhere.output) == (1, True), nowhere.output
    large = tmp_path / "lon.xlsx"
    large.write_bytes(b"0" * (LARGEST + 1))
    refused = run("check", large)
    assert (refused.exit_code, "Không đọc hay ghi được" in refused.output) == (1, True), refused.output
    assert not any(tmp_path.glob("**/a.xlsx"))


def test_every_mistake_is_listed_at_its_cell_and_nothing_is_written(book: Path, tmp_path: Path) -> None:
    rows = [replace(row, name="x" * 501) for row in ca_mau_set().criteria]
    book.write_bytes(write_set(replace(ca_mau_set(), criteria=rows)))
    refused = run("check", book, "--out", tmp_path / "set.json")
    assert (refused.exit_code, refused.output.count("column B")) == (1, len(rows))
    assert not (tmp_path / "set.json").exists()


@pytest.mark.parametrize(("content", "said"), [(b"", "hỏng"), (b"PK", "hỏng"), (None, "Không đọc hay ghi được")])
def test_a_file_that_is_no_workbook_is_refused(book: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        book.write_bytes(content)
    refused = run("check", book)
    assert (refused.exit_code, said in refused.output) == (1, True), refused.output


def test_a_set_goes_out_as_yaml_and_comes_in_again(book: Path, tmp_path: Path) -> None:
    book.write_bytes(write_set(ca_mau_set()))
    text, again = tmp_path / "set.yaml", tmp_path / "set.json"
    assert run("check", book, "--out", text).exit_code == 0
    assert text.read_text(encoding="utf-8").startswith("code: ca-mau-2013")
    assert run("check", text, "--out", again).exit_code == 0
    assert json.loads(again.read_text(encoding="utf-8"))["title"] == ca_mau_set().title


def test_a_file_of_another_kind_is_refused_with_how_to_save_it(tmp_path: Path) -> None:
    table = tmp_path / "bang.csv"
    table.write_text("Mã;Tên\n1;A\n", encoding="utf-8")
    refused = run("check", table)
    assert (refused.exit_code, "Excel Workbook" in refused.output) == (1, True), refused.output


def test_two_sets_in_files_are_compared_in_the_words_of_the_page(book: Path, tmp_path: Path) -> None:
    book.write_bytes(write_set(ca_mau_set()))
    amended = tmp_path / "sua-doi.xlsx"
    first, *others = ca_mau_set().criteria
    rows = [replace(first, name="Tên [b]khác[/b]"), *others]
    amended.write_bytes(
        write_set(replace(ca_mau_set(), code="ca-mau-2014", reference="Quyết định khác", criteria=rows))
    )
    same = run("diff", book, book)
    assert (same.exit_code, "Hai bộ giống nhau" in same.output) == (0, True), same.output
    found = run("diff", book, amended)
    assert found.exit_code == 2, found.output
    assert "1 dòng thay đổi, 0 dòng mới, 0 dòng bị bỏ, 1 quy ước thay đổi" in found.output
    for said in ("Trước", "[b]khác[/b]", "Văn bản ban hành", "Quyết định khác"):
        assert said in found.output


def test_a_set_with_mistakes_is_not_compared_and_is_named(book: Path, tmp_path: Path) -> None:
    book.write_bytes(write_set(ca_mau_set()))
    wrong = tmp_path / "sai.yaml"
    wrong.write_text("code: x\n", encoding="utf-8")
    refused = run("diff", book, wrong)
    unwrapped = "".join(refused.output.split())
    assert (refused.exit_code, "sai.yaml" in unwrapped) == (1, True), refused.output
