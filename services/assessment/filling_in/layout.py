"""The layout of the workbook of a sheet: its worksheets, their columns by key, and the words of the drop-down lists."""

from collections.abc import Iterable, Mapping
from typing import Final

from assessment.proving.queries import ShownFile
from assessment.self_scoring.forms import LABELS, figure_fields
from parindex.contracts.criteria import Criterion
from parindex.web.worksheets import key

CLAIMS: Final = "Tự chấm"
DOCUMENTS: Final = "Tài liệu kiểm chứng"
GUIDE: Final = "Hướng dẫn"
LISTS: Final = "Danh mục"
MARK: Final = "parindex"
"""The very hidden worksheet that says which sheet this is, and of which version."""
FORM: Final = "self-score-workbook 2"
"""The form of the workbook; a workbook of another form is not read."""
OURS: Final = (CLAIMS, DOCUMENTS, GUIDE, LISTS, MARK)
READ: Final = (CLAIMS, DOCUMENTS, MARK)

NUMBERS: Final = ("points", "value", "done", "planned", "count", "deducted")
"""The figures with a column of their own."""
CHOSEN: Final = ("answer", "outcome", "level")
"""The figures that are chosen from words, in one column."""
CODE: Final = "code"
CLAIM_COLUMNS: Final[Mapping[str, str]] = {
    CODE: "Mã tiêu chí",
    "name": "Tên tiêu chí",
    "maximum": "Điểm tối đa",
    "rule": "Cách tính điểm",
    "chosen": "Kết quả",
    "points": "Điểm tự chấm",
    "value": "Giá trị đạt được",
    "done": "Số đã thực hiện",
    "planned": "Số kế hoạch",
    "count": "Số trường hợp",
    "deducted": "Số điểm bị trừ",
    "not_applicable": "Không áp dụng",
    "explanation": "Giải trình",
    "worth": "Điểm theo số liệu đã khai",
}
LOCKED: Final = ("name", "maximum", "rule", "worth")
"""Columns that the system fills in, and which are not read."""
FILE: Final = "file"
DOCUMENT_COLUMNS: Final[Mapping[str, str]] = {
    CODE: CLAIM_COLUMNS[CODE],
    **{name: label for name, label in LABELS.items() if name != "sha256"},
    FILE: "Tệp đã tải lên",
}
NOT_APPLICABLE: Final = "Không áp dụng"
NOT_FOR_UNIT: Final = "Không áp dụng với đơn vị này"
SURVEYED: Final = "Điều tra xã hội học chấm"
ON_ITS_PAGE: Final = "Khai trên trang của tiêu chí"
SPARE_LINES: Final = 300
"""Empty lines for documents after those that are there."""


def is_filled_in(leaf: Criterion) -> bool:
    """Return whether the workbook has the columns that a claim of a criterion needs.

    A criterion whose set names its figures is claimed at its page, as is the value of an outside index.
    """
    fields = figure_fields(leaf.rule)
    return bool(fields) and all(field.field in {*NUMBERS, *CHOSEN} for field in fields)


def inputs_of(leaf: Criterion) -> frozenset[str]:
    """Return the columns that a unit fills in for a criterion; none where the workbook does not take its claim."""
    if not is_filled_in(leaf):
        return frozenset()
    names = {field.name for field in figure_fields(leaf.rule)}
    return frozenset("chosen" if name in CHOSEN else name for name in names) | {"not_applicable", "explanation"}


def chosen_name(leaf: Criterion) -> str:
    """Return the name of the figure that is chosen from words: `answer`, `outcome` or `level`; "" for none."""
    return next((field.name for field in figure_fields(leaf.rule) if field.name in CHOSEN), "")


def words_of(leaf: Criterion) -> dict[str, str]:
    """Return the word of each code that may be chosen for a criterion. No two words look alike."""
    options = [option for field in figure_fields(leaf.rule) for option in field.options]
    keys = [key(name) for _, name in options]
    return {
        code: name if name and keys.count(key(name)) == 1 and key(name) not in _codes(options) else f"{name} ({code})"
        for code, name in options
    }


def codes_of_words(leaf: Criterion) -> dict[str, str]:
    """Return the code of each word that a person may write for a criterion, by its key; the code itself is one."""
    words = words_of(leaf)
    return {key(code): code for code in words} | {key(word): code for code, word in words.items()}


def labels_of_files(files: Iterable[ShownFile]) -> dict[str, str]:
    """Return the label of each uploaded file by its digest."""
    return {file.sha256: f"{file.name} · {file.sha256[:12]}" for file in files}


def column_of(field: str) -> str:
    """Return the column of a field of a claim, as the pointer of a mistake names it last."""
    if field in NUMBERS or field in {"explanation", *CLAIM_COLUMNS}:
        return field
    if field in CHOSEN:
        return "chosen"
    return "not_applicable" if field == "applicable" else CODE


def _codes(options: Iterable[tuple[str, str]]) -> set[str]:
    return {key(code) for code, _ in options}
