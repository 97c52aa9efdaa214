"""Hypothesis strategies for round files that are valid or nearly so: a valid file with values at the edges of rules.

The alterations of `nearly_right` are such as a rule allows, so that most of its files are right and are driven through
the services; those of `perhaps_wrong` are at both sides of the edges.
"""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from tests.journeys import all_kinds

from parindex_cli.rounds.reading import parse

NUMBERS = ["0", "-0", "00", "1", "2", "3", "0.000001", "1e3", "9" * 15, "9" * 19, "-1", "0.1234567890123456", 0.5, 1]
DAYS = ["", "1945-01-01", "2026-02-30", "2026-06-30"]
INSTANTS = [
    "",
    "2026-06-30T17:00:00Z",
    "2026-06-30T17:00:00.000000Z",
    "2026-12-31T23:59:60Z",
    "2027-01-01T00:00:00.123456789+07:00",
    "2075-12-31T00:00:00Z",
]
CODES = ["a", "A", "1.1", "x" * 63, "x" * 64, "-", "_", "a.b", "á", "a/b", "null", "H10", "H10.1-_a"]
TEXTS = st.one_of(
    st.text(min_size=1, max_size=5),
    st.sampled_from([0, 1, 100, 101, 500, 501, 2_000, 2_001]).map("ấ".__mul__),
    st.sampled_from(["a\nb", "a\tb", " a ", "a\u0301", "\u200b"]),
)
NUMERIC = {"maximum", "share", "points", "bound", "floor", "ceiling", "at_least", "score", "out_of", "done", "planned"}
NUMERIC |= {"value", "year", "times", "count", "decimals", "on_time", "late"}
WORDS = {"name", "title", "note", "reference", "explanation", "comment", "number", "page"}
OTHER: st.SearchStrategy[Any] = st.sampled_from(["", None, True, "FALSE", 0, [], {}])
EXTRA: dict[str, Any] = {
    "note": "ghi chú",
    "reference": "Kế hoạch 1",
    "deadlines": {"self_scoring": "2027-03-01T00:00:00Z", "appraisal": "2027-04-01T00:00:00Z"},
    "press_window": {"from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"},
    "four_eyes": True,
    "approval": True,
    "two_appraisals": True,
    "appraisers": [{"criterion": "1.2", "appraiser": "H10.01"}],
    "tallies": [
        {"unit": "H10.01", "question": "dieu-tra", "score": "25", "out_of": "30"},
        {"unit": "H10.02", "question": "dieu-tra", "counts": [{"option": "5", "count": 3}]},
    ],
}
SURVEYED = {
    "code": "2.4",
    "name": "Điều tra",
    "level": "criterion",
    "parent": "2",
    "maximum": "2",
    "rule": {"kind": "survey_points", "question": "dieu-tra", "shares": [{"option": "5", "share": "1"}]},
}
DOCUMENT = {"number": "1/KH", "issued_on": "2026-06-30", "title": "Kế hoạch", "page": "2"}
EXPLAINED: dict[str, Any] = {
    "explanations": [
        {"criterion": "1.3", "explanation": "Văn bản ban hành đúng hạn", "figures": {"outcome": "on_time"}},
        {"criterion": "1.5", "explanation": "Bổ sung tài liệu", "evidence": [DOCUMENT]},
    ],
    "second_findings": [{"criterion": "1.5", "points": "1.5", "comment": "Đủ một phần"}],
}


def right() -> dict[str, Any]:
    """Return a valid file in which every field is used, with few presses."""
    tree: dict[str, Any] = parse(all_kinds.ALL_KINDS.read_text("utf-8")).content
    tree |= EXTRA
    tree["criteria_sets"][0]["criteria"].append(SURVEYED)
    tree["criteria_sets"][0]["criteria"][6]["maximum"] = "11"
    tree["self_scores"][0]["claims"][0] |= {"explanation": "Lời\ngiải trình", "evidence": [DOCUMENT]}
    tree["appraisals"][1] |= EXPLAINED
    for kiosk in tree["kiosks"]:
        for press in kiosk["presses"]:
            press["times"] = 2
    del tree["published"]
    whole: dict[str, Any] = copied(tree)
    return whole


ALLOWED: dict[str, list[Any]] = {
    "title": ["x", "ấ" * 500, " a\u0301 ", 'Đợt "thử" <b>&', "📊", 2026, "=1+1", "\u00ad-"],
    "name": ["x", "ấ" * 500, "Sở A/B; c, d", "null", "0"],
    "note": ["", "x\ny", "ấ" * 3_000],
    "reference": ["1/QĐ-UBND", "ấ" * 500],
    "explanation": ["x", "ấ" * 2_000, "a\nb\tc"],
    "comment": ["x", "ấ" * 2_000, "a\r\nb"],
    "rule_text": ["", "Trên 90 %: 2\nCòn lại: 1", "ấ" * 2_000],
    "number": ["1", "ấ" * 100, "12/KH-UBND"],
    "page": ["", "3-4", "x" * 100],
    "issued_on": ["", "1945-01-01", "2026-07-01", "2024-02-29"],
    "year": [2000, 2025, 2027, "2026", 2075],
    "decimals": [0, 1, 6],
    "mode": ["half_even", "down"],
    "total": ["sum_of_rounded"],
    "closed": [True, "FALSE", "True"],
    "at_least": ["0.5", "1", "99.99", "69"],
    "bound": ["99", "80.5", "85"],
    "share": ["0", "0.123456789", "1"],
    "floor": ["0", "0.999", "0.0001"],
    "ceiling": ["0.95", "1", "0.800"],
    "on_time": ["0.9", "1"],
    "late": ["0", "0.123456789012345"],
    "count": [0, 1, "7", 10**12],
    "score": ["0", "30", "0.000000001", "7.5"],
    "out_of": ["25", "100", "999999999999999"],
    "times": [1, 3, "501"],
    "option": ["5", "4"],
    "group": ["dan", "can-bo"],
    "kiosk": ["k"],
    "pressed_at": ["2026-01-01T00:00:00Z", "2026-06-30T23:59:59.999999+07:00", "2025-12-31T23:59:59Z"],
    "from": ["2025-01-01T00:00:00Z", "2026-06-01T08:00:00+07:00"],
    "until": ["2026-06-01T08:00:00+07:00", "2074-12-31T23:59:59Z"],
    "self_scoring": ["2026-07-02T00:00:00+07:00", "2027-03-31T23:59:59.999999999Z"],
    "appraisal": ["2075-12-31T16:59:59Z", "2027-03-01T00:00:01Z"],
    "four_eyes": [False, "true"],
    "approval": [False, "true"],
    "two_appraisals": ["true", "TRUE"],
    "appraiser": ["H10", "H10.02", "H10.abc-1_x.9"],
    "answer": ["yes", "no"],
    "outcome": ["on_time", "late", "never"],
    "level": ["tot", "kha"],
    "value": ["0", "1", "100", "70", "90.000000001"],
    "done": ["0", "5.9", "6", "000"],
    "planned": ["10", "7", "123456789012345"],
    "ties": ["by_appraisal"],
    "ranked_from": ["rounded"],
    "not_applicable": ["full_marks"],
}
"""Other values that each field may have, if most other fields allow them."""
ADDED = {"ties", "ranked_from", "not_applicable"}
"""Fields of a set that the valid file leaves out."""


@st.composite
def nearly_right(draw: st.DrawFn) -> str:
    """Draw a valid file with one to five alterations that the rules allow."""
    tree = right()
    for node in tree["criteria_sets"]:
        node |= {name: draw(st.sampled_from(ALLOWED[name])) for name in sorted(ADDED) if draw(st.booleans())}
    for _ in range(draw(st.integers(1, 5))):
        places = [(node, key) for node, key in spots(tree) if is_alterable(node, key)]
        node, key = places[draw(st.integers(0, len(places) - 1))]
        node[key] = draw(st.sampled_from(ALLOWED[key]))
    return json.dumps(tree, ensure_ascii=False, indent=1)


def is_alterable(node: Any, key: Any) -> bool:
    """Return whether a value may be altered; a field of another record with the same name may not."""
    return key in ALLOWED and isinstance(node[key], str | int) and not (key == "level" and "name" in node)


@st.composite
def perhaps_wrong(draw: st.DrawFn) -> str:
    """Draw a valid file with one to three alterations, which may make it invalid."""
    tree = right()
    branches = draw(st.booleans())
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        places = [(node, key) for node, key in spots(tree) if branches or not isinstance(node[key], dict | list)]
        node, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.sampled_from(["value", "value", "value", "everywhere", "left out", "twice", "of another"])):
            case "value":
                node[key] = draw(edges(key))
            case "everywhere" if isinstance(node[key], str):
                tree = renamed(tree, node[key], draw(edges(key)))
            case "twice" if isinstance(node, list):
                node.append(copied(node[key]))
            case "of another":
                same = [each[other] for each, other in places if other == key]
                node[key] = copied(same[draw(st.integers(0, len(same) - 1))])
            case _:
                del node[key]
    return json.dumps(tree, ensure_ascii=False, indent=1)


def spots(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a value."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from spots(tree[key])


def edges(key: Any) -> st.SearchStrategy[Any]:
    """Return values at the edges of a field's range, and sometimes a value of another type."""
    if key in NUMERIC:
        return st.one_of(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS), OTHER)
    if key in WORDS:
        return st.one_of(TEXTS, TEXTS, OTHER)
    if key == "issued_on":
        return st.sampled_from(DAYS)
    if key in {"pressed_at", "from", "until", "self_scoring", "appraisal"}:
        return st.sampled_from(INSTANTS)
    return st.one_of(st.sampled_from(CODES), st.sampled_from(CODES), TEXTS, OTHER)


def renamed(tree: Any, old: str, new: Any) -> Any:
    """Return the tree with a value replaced everywhere: a code and all references to it."""
    if isinstance(tree, dict):
        return {name: renamed(value, old, new) for name, value in tree.items()}
    if isinstance(tree, list):
        return [renamed(value, old, new) for value in tree]
    return new if tree == old else tree


def copied(tree: Any) -> Any:
    """Return a deep copy without shared parts."""
    return json.loads(json.dumps(tree))
