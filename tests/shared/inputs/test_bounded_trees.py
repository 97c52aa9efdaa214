"""A file of YAML is parsed beside the service: the same tree, the same mistakes; one without an end stops alone."""

from pathlib import Path

import pytest

from parindex.files import bounded
from parindex.files.refusals import FileTooComplexError
from parindex.files.workbooks import Extractor
from parindex.inputs.bounded_trees import parse_bounded
from parindex.inputs.trees import TreeError, parse

TEXT = "\ufeffcode: x\ncriteria:\n  - {name: 'Tiêu chí', maximum: 1.50}\n  - []\nnote:\n"


async def test_the_tree_and_its_marks_are_those_of_the_parser(tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    file.write_text(TEXT, encoding="utf-8")
    assert await parse_bounded(Extractor().run, file, 100) == parse(TEXT.removeprefix("\ufeff"))


@pytest.mark.parametrize("text", ["a: [", "a: 1\na: 2\n", "a: !x 1\n", "a: &b [*b]\n", "[" * 50, "a: [1, 2, 3, 4]\n"])
async def test_mistakes_have_the_places_that_the_parser_says(text: str, tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TreeError) as here:
        parse(text, 4)
    with pytest.raises(TreeError) as there:
        await parse_bounded(Extractor().run, file, 4)
    assert there.value.places == here.value.places


async def test_a_file_that_keeps_the_parser_busy_ends_its_own_process_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "WITHIN", 1.0)
    file = tmp_path / "set.yaml"
    directives = "".join(f"%TAG !a{number}! b\n" for number in range(250_000))
    file.write_text(f"code: x\n...\n{directives}--- 1\n", encoding="utf-8")
    with pytest.raises(FileTooComplexError):
        await parse_bounded(Extractor().run, file, 200_000)
