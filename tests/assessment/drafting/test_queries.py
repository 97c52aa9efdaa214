"""The conventions of a set, and what differs between two sets, in the words of a page."""

from msgspec.structs import replace

from assessment.drafting.differences import difference_in_words
from assessment.drafting.queries import conventions_of
from assessment.drafting.writing import EXAMPLE
from parindex.contracts.criteria import CriteriaSet, Ties
from parindex.web.rule_words import tie_key_in_words


def by_keys(*keys: str) -> CriteriaSet:
    return replace(EXAMPLE, ties=Ties.BY_KEYS, tie_keys=[*keys])


def test_the_conventions_say_what_parts_units_with_equal_index() -> None:
    said = {row.term: row.value for row in conventions_of(by_keys("survey", "1"))}
    assert said["Khi bằng chỉ số"] == "Xét lần lượt theo danh sách"
    assert said["Khi bằng chỉ số, xét lần lượt"] == "điểm điều tra xã hội học; điểm lĩnh vực 1"
    assert "Khi bằng chỉ số, xét lần lượt" not in {row.term for row in conventions_of(EXAMPLE)}


def test_a_difference_of_settings_is_said_in_words() -> None:
    found = difference_in_words(EXAMPLE, replace(by_keys("appraisal"), index_above_hundred=True))
    assert {each.field: (each.old, each.new) for each in found.settings} == {
        "ties": ("Cùng hạng", "Xét lần lượt theo danh sách"),
        "tie_keys": ("Không có", "điểm thẩm định"),
        "index_above_hundred": ("Không", "Có"),
    }


def test_an_area_that_parts_units_has_its_name_where_it_is_known() -> None:
    assert tie_key_in_words("1", "Chỉ đạo") == "điểm lĩnh vực 1 (Chỉ đạo)"
    assert tie_key_in_words("survey", "Chỉ đạo") == "điểm điều tra xã hội học"
