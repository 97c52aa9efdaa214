"""A row of a list is changed or taken out in its place in the text; all other bytes stay."""

import pytest
import yaml

from parindex.inputs.appending import with_changed

BLOCK = (
    "# đầu\naccounts:\n  - name: a  # một\n    rights: [x]\n  - name: b\n    rights:\n      - y\n"
    "  # trước c\n  - name: c\n# cuối\n"
)
FLOW = '{"accounts": [{"name": "a"}, {"name": "b"},\n {"name": "c"}]}'
SAME_COLUMN = "accounts:\r\n- name: a\r\n- {name: b, rights: []}\r\n- name: c"


@pytest.mark.parametrize("text", [BLOCK, FLOW, SAME_COLUMN])
@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("row", [{"name": "ă: #", "rights": ["x@y"]}, None])
def test_one_row_is_changed_or_gone_and_the_others_stay(text: str, number: int, row: dict[str, object] | None) -> None:
    before = yaml.safe_load(text)["accounts"]
    changed = yaml.safe_load(with_changed(text, "accounts", {number: row}))["accounts"]
    assert changed == [*before[:number], *([row] if row else []), *before[number + 1 :]]


def test_comments_of_other_rows_and_their_form_stay() -> None:
    assert with_changed(BLOCK, "accounts", {1: {"name": "b"}}) == BLOCK.replace(
        "name: b\n    rights:\n      - y\n", "name: b\n"
    )
    assert with_changed(BLOCK, "accounts", {1: None}) == BLOCK.replace("  - name: b\n    rights:\n      - y\n", "")
    assert with_changed(SAME_COLUMN, "accounts", {0: {"a": 1, "b": 2}}).startswith(
        "accounts:\r\n- a: 1\r\n  b: 2\r\n- {"
    )


@pytest.mark.parametrize("text", [BLOCK, FLOW, SAME_COLUMN])
def test_several_rows_are_changed_at_once(text: str) -> None:
    before = yaml.safe_load(text)["accounts"]
    changed = with_changed(text, "accounts", {0: {"name": "đầu", "rights": ["x@y"]}, 1: None, 2: {"name": "cuối"}})
    assert yaml.safe_load(changed)["accounts"] == [{"name": "đầu", "rights": ["x@y"]}, {"name": "cuối"}]
    assert yaml.safe_load(with_changed(text, "accounts", {0: None, 2: None}))["accounts"] == [before[1]]
