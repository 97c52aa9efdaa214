"""The provinces and communes since 1 July 2025, from the package `vietnam-provinces`, as lines of a register.

The package is optional (the extra `units`); its data is not in this tree, and no service reads it. Version 2025.10.1
has names, codes and kinds of the units since that day. It has no units of before, no seats, and not which units became
which, so the lines have no predecessors: the office adds those of its province from the resolution.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from parindex.client_checks import checks_of
from parindex.refusal import Kind, Refused
from parindex.values.identifiers import NODE

SINCE: Final = "2025-07-01"
"""The first day of the communes without districts. The 34 provinces are of 12 June, and work from this day on."""


class UnitPackageMissingError(Refused):
    """The package with the provinces and communes is not installed."""

    code = "unit-package-missing"
    kind = Kind.UNAVAILABLE
    vi = "Chưa cài gói vietnam-provinces. Hãy chạy: pip install vietnam-provinces"
    en = "The package vietnam-provinces is not installed. Run: pip install vietnam-provinces"


class ProvinceUnknownError(Refused):
    """No province has this code."""

    code = "unknown-province"
    kind = Kind.UNKNOWN
    vi = "Không có tỉnh mang mã {province}; các mã là: {known}."
    en = "No province has the code {province}; the codes are: {known}."

    province: int
    known: str


class AuthorityCodeWrongError(Refused):
    """The code of the authority has not the form of one."""

    code = "authority-code-wrong"
    vi = "“{authority}” không phải là mã cơ quan, như H16."
    en = "“{authority}” is no code of an authority, such as H16."

    authority: str


@dataclass(frozen=True, slots=True)
class Divisions:
    """The content of the package: its version, the day of its data, and the provinces with their communes."""

    version: str
    dated: str
    provinces: Sequence[Mapping[str, Any]]


def source() -> Divisions:
    """Return the content of the package. Raises UnitPackageMissingError."""
    try:
        package = import_module("vietnam_provinces")
    except ModuleNotFoundError as error:
        raise UnitPackageMissingError from error
    path: Path = package.NESTED_DIVISIONS_JSON_PATH
    return Divisions(package.__version__, package.__data_version__, json.loads(path.read_text(encoding="utf-8")))


def provinces(divisions: Divisions, authority: str) -> list[dict[str, str]]:
    """Return the provinces as lines of a register; a code is that of the authority with the official one."""
    _check(authority)
    return [_line(f"{authority}.{each['code']:02}", each["name"], "province") for each in divisions.provinces]


def communes_of(divisions: Divisions, authority: str, province: int) -> list[dict[str, str]]:
    """Return the communes of a province as lines of a register. Raises ProvinceUnknownError."""
    _check(authority)
    found = next((each for each in divisions.provinces if each["code"] == province), None)
    if found is None:
        raise ProvinceUnknownError(
            province, ", ".join(f"{each['code']} {each['name']}" for each in divisions.provinces)
        )
    return [_line(f"{authority}.{each['code']:05}", each["name"], "commune") for each in found["wards"]]


def written_as(path: Path, lines: Sequence[Mapping[str, str]]) -> bytes:
    """Return lines as JSON, as the API takes them, where the name of the file ends so; otherwise as a workbook."""
    if path.suffix.lower() == ".json":
        return json.dumps(lines, ensure_ascii=False, indent=1).encode()
    written: bytes = checks_of("assessment").checks["units_workbook"](lines)
    return written


def _line(code: str, name: str, kind: str) -> dict[str, str]:
    return {"code": code, "valid_from": SINCE, "name": name, "kind": kind}


def _check(authority: str) -> None:
    if not NODE.fits(authority):
        raise AuthorityCodeWrongError(authority)
