"""`parindex units`: the provinces and communes of 2025 as a file that the register takes."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assessment.registering.commands import RecordUnits
from assessment.registering.decisions import decide
from assessment.registering.reading import read_units
from assessment.registering.state import UnitRegister
from assessment.registering.units import READ
from parindex.files.workbooks import extract
from parindex_cli.commands.units import app

DIVISIONS = [
    {"name": "Thành phố Hà Nội", "code": 1, "wards": [{"name": "Phường Hoàn Kiếm", "code": 70}]},
    {
        "name": "Tỉnh Cà Mau",
        "code": 96,
        "wards": [{"name": "Xã Đất Mũi", "code": 32_244}, {"name": "Xã U Minh", "code": 9}],
    },
]
"""Two provinces in the form of the package's file; the names of its attributes are those of version 2025.10.1."""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "packages" / "vietnam_provinces"
    folder.mkdir(parents=True)
    lines = (
        "from pathlib import Path",
        "__version__, __data_version__ = '2025.10.1', '2025-10-18'",
        "NESTED_DIVISIONS_JSON_PATH = Path(__file__).with_name('nested.json')",
    )
    (folder / "__init__.py").write_text("\n".join(lines), encoding="utf-8")
    (folder / "nested.json").write_text(json.dumps(DIVISIONS), encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder.parent))
    monkeypatch.delitem(sys.modules, "vietnam_provinces", raising=False)


@pytest.mark.usefixtures("package")
def test_the_communes_of_a_province_are_a_workbook_that_the_register_takes(tmp_path: Path) -> None:
    file = tmp_path / "xa.xlsx"
    done = run("list-2025", file, "--authority", "H16", "--province", 96)
    assert (done.exit_code, "2025-10-18" in done.output) == (0, True), done.output
    found = read_units(extract(file.read_bytes(), READ))
    facts = decide(RecordUnits("H16", found.lines), UnitRegister())
    assert [(fact.code, getattr(fact, "name", ""), getattr(fact, "valid_from", "")) for fact in facts] == [
        ("H16.32244", "Xã Đất Mũi", "2025-07-01"),
        ("H16.00009", "Xã U Minh", "2025-07-01"),
    ]
    again = run("list-2025", file, "--authority", "H16")
    assert (again.exit_code, "Đã có tệp" in again.output) == (1, True)


@pytest.mark.usefixtures("package")
def test_the_provinces_are_json_for_the_api(tmp_path: Path) -> None:
    file = tmp_path / "tinh.json"
    assert run("list-2025", file, "--authority", "G09").exit_code == 0
    assert json.loads(file.read_text(encoding="utf-8")) == [
        {"code": "G09.01", "valid_from": "2025-07-01", "name": "Thành phố Hà Nội", "kind": "province"},
        {"code": "G09.96", "valid_from": "2025-07-01", "name": "Tỉnh Cà Mau", "kind": "province"},
    ]


@pytest.mark.usefixtures("package")
def test_a_province_or_an_authority_that_there_is_not_is_refused_in_words(tmp_path: Path) -> None:
    unknown = run("list-2025", tmp_path / "a.xlsx", "--authority", "H16", "--province", 50)
    assert (unknown.exit_code, "1 Thành phố Hà Nội" in unknown.output) == (1, True), unknown.output
    wrong = run("list-2025", tmp_path / "a.xlsx", "--authority", "Cà Mau")
    assert (wrong.exit_code, "không phải là mã cơ quan" in wrong.output) == (1, True), wrong.output
    assert not (tmp_path / "a.xlsx").exists()
