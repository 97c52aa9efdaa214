"""Templates in both languages, and the reasons of exceptions in Vietnamese."""

import errno
import sys
import unicodedata
from collections.abc import Iterator, Mapping

import msgspec
import pytest
from tests.shared.test_refusal_texts import names_in

from parindex.reasons import reason, system_reason
from parindex.wording import Wording
from parindex_cli.documents import refusals

OURS = {"assessment", "survey", "scoring", "publication", "parindex", "parindex_cli"}


class Wanted(msgspec.Struct):
    name: str


def test_a_value_in_both_languages_is_written_in_the_language_of_the_text() -> None:
    said = Wording("Phần {part} thiếu {count}.", "The {part} part lacks {count}.").of(
        part=Wording("khảo sát", "survey"), count=3
    )
    assert said == ("Phần khảo sát thiếu 3.", "The survey part lacks 3.")


def test_a_list_is_written_with_commas_and_braces_in_a_value_stay() -> None:
    assert Wording("{names}", "{names}").of(names=["a", "{b}"]) == ("a, {b}", "a, {b}")


def test_a_template_with_another_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Wording("{a}", "{b}").of(a=1)


@pytest.mark.parametrize("number", [*errno.errorcode, 0, 99_999])
def test_every_error_of_the_operating_system_has_a_vietnamese_reason(number: int) -> None:
    vi, en = system_reason(OSError(number, "It does not work"))
    assert "It does not work" not in vi
    assert unicodedata.is_normalized("NFC", vi)
    assert en


@pytest.mark.parametrize(
    ("wrong", "vi"),
    [
        (b'{"name": 1}', "thiếu hoặc thừa trường, hoặc giá trị sai kiểu ở $.name"),
        (b"{}", "thiếu hoặc thừa trường, hoặc giá trị sai kiểu"),
        (b'{"name', "không phải JSON hợp lệ"),
        (b'"\xff"', "không phải UTF-8"),
    ],
)
def test_what_cannot_be_read_has_a_vietnamese_reason(wrong: bytes, vi: str) -> None:
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)) as caught:
        msgspec.json.decode(wrong, type=Wanted if wrong[:1] == b"{" else str)
    found = reason(caught.value)
    assert found.vi == vi
    assert found.en.startswith(type(caught.value).__name__)


def wordings_in(value: object) -> Iterator[Wording]:
    if isinstance(value, Wording):
        yield value
    elif isinstance(value, Mapping):
        yield from (found for each in value.values() for found in wordings_in(each))
    elif isinstance(value, list | tuple):
        yield from (found for each in value for found in wordings_in(each))


def test_every_template_of_every_module_names_the_same_values_in_both_languages() -> None:
    refusals.members()  # imports all modules
    ours = [each for name, each in sorted(sys.modules.items()) if name.partition(".")[0] in OURS]
    found = [said for module in ours for value in list(vars(module).values()) for said in wordings_in(value)]
    assert len(set(found)) > 30
    assert [said for said in found if names_in(said.vi) != names_in(said.en)] == []
    assert [said for said in found if not unicodedata.is_normalized("NFC", said.vi)] == []
