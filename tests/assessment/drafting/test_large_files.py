"""A file that was made to cost much is refused at once: as no set, or with the number of its mistakes."""

import json

import pytest

from assessment.drafting.bodies import LARGEST_TEXT, set_in_text
from assessment.drafting.refusals import SetFileKindError
from assessment.drafting.writing import EXAMPLE
from parindex.canonical import canonical
from parindex.web.worksheets import WorkbookTooFaultyError


@pytest.mark.parametrize("text", ["---\n\n" * 60 + "!", "---" + "\n" * 100_000 + "!", "#\n" * 100_000, " " * 100_000])
def test_a_text_that_begins_again_and_again_is_no_set(text: str) -> None:
    with pytest.raises(SetFileKindError):
        set_in_text(text.encode())


def test_a_text_that_is_too_long_is_no_set() -> None:
    with pytest.raises(SetFileKindError):
        set_in_text(b'{"code": "' + b"a" * LARGEST_TEXT + b'"}')


def test_a_set_with_more_mistakes_than_anyone_reads_is_refused_whole() -> None:
    values = json.loads(canonical(EXAMPLE))
    values["criteria"] = [{"x": "y"}] * 1_000
    with pytest.raises(WorkbookTooFaultyError):
        set_in_text(json.dumps(values).encode())


def test_a_ladder_of_too_many_rungs_is_one_mistake() -> None:
    values = json.loads(canonical(EXAMPLE))
    row = next(row for row in values["criteria"] if row.get("rule", {}).get("kind") == "steps")
    row["rule"]["steps"] = [{}] * 50_000
    assert len(set_in_text(json.dumps(values).encode()).errors) == 1
