"""A row is put into a list as its author writes lists, and nothing else in the file changes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.inputs.appending import NoListError, with_row
from parindex.inputs.trees import parse

ROW = {"name": "lan", "rights": ["office@H09", "unit@H09.01"]}
TEXTS = [
    "accounts:\n- {name: a}\n",
    "accounts:\n  - name: a\n    rights: [x]\n",
    "accounts:\n      - name: a  # ghi chú\n        rights:\n          - x\n          - y # cuối\n\n# hết\n",
    "accounts:\n  -\n    name: a\n",
    "accounts:\n  - name: |\n      a\n      b\n\n# hết\n",
    "accounts:\n  - name: >-\n      a\n",
    "accounts:\n  - name: 'a\n      b'\n",
    "accounts:\n  - name: a",
    "accounts:",
    "accounts:\n",
    "accounts:  # chưa có ai\n# hết\n",
    "accounts: null  # chưa có ai\n",
    "accounts: ~\n",
    "accounts: []\n",
    "accounts: [\n]\n",
    "accounts: [  # chưa có ai\n]\n",
    "accounts: [{name: a}]\n",
    "accounts: [{name: a}, ]  # ghi chú\n",
    "accounts: [\n  {name: a},  # một\n  {name: b}  # hai\n]\n",
    '{"accounts": []}',
    '{"accounts": null}',
    '{"accounts":[{"name":"a"}]}',
    '{\n  "accounts": [\n    {\n      "name": "a"\n    }\n  ]\n}\n',
    '{\n"accounts": null\n}\n',
    "{accounts: }",
    "{accounts: [{name: a}]}",
    "# chỉ có ghi chú\n",
    "",
    "---\naccounts:\n  - name: a\n...\n",
    "accounts: &a\n  - name: a\n",
    '"accounts":\n  - name: a\n',
]


def rows(text: str) -> list[Any]:
    content = parse(text).content
    return content["accounts"] or [] if content else []


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_is_added_and_the_rest_stays(text: str, end: str) -> None:
    text = text.replace("\n", end)
    longer = with_row(text, "accounts", ROW)
    assert rows(longer) == [*rows(text), ROW]
    assert [line for line in text.split("#")[1:] if f"#{line.split(end)[0]}" not in longer] == []
    assert ("\r\n" in longer) == ("\r\n" in text)
    assert longer.count("\n") == longer.count(end if end in text else "\n")


@pytest.mark.parametrize("text", TEXTS)
def test_rows_are_added_one_after_another(text: str) -> None:
    twice = with_row(with_row(text, "accounts", ROW), "accounts", {"name": "binh"})
    assert rows(twice) == [*rows(text), ROW, {"name": "binh"}]


@given(value=st.text(max_size=30), text=st.sampled_from(TEXTS))
def test_any_text_comes_back_as_it_was(value: str, text: str) -> None:
    """What YAML writes, YAML reads; a person's name with a colon, a hash or quotes does no harm."""
    if any(character in value for character in "\x85\u2028\u2029\r\n") or not value.isprintable():
        return
    longer = with_row(text, "accounts", {"name": value})
    assert rows(longer) == [*rows(text), {"name": value}]


@pytest.mark.parametrize("text", ["[]", "- a", "a: []", "accounts: {}", "accounts: x", "chữ"])
def test_where_no_list_is_none_is_made(text: str) -> None:
    with pytest.raises(NoListError):
        with_row(text, "accounts", ROW)
