"""Round files that are right or nearly so: a right one, with values of it that are altered at the edges of a rule."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from tests.journeys import all_kinds

from parindex.rounds.reading import parse

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
    "appraisers": [{"criterion": "1.2", "appraiser": "H10.01"}],
    "tallies": [
        {"unit": "H10.01", "question": "dieu-tra", "score": "25", "out_of": "30"},
        {"unit": "H10.02", "question": "dieu-tra", "counts": [{"option": "5", "count": 3}]},
    ],
}
SURVEYED = {
    "code": "2.3",
    "name": "Điều tra",
    "level": "criterion",
    "parent": "2",
    "maximum": "2",
    "rule": {"kind": "survey_points", "question": "dieu-tra", "shares": [{"option": "5", "share": "1"}]},
}
DOCUMENT = {"number": "1/KH", "issued_on": "2026-06-30", "title": "Kế hoạch", "page": "2"}


def right() -> dict[str, Any]:
    """A right file in which every field is used, and few presses."""
    tree: dict[str, Any] = parse(all_kinds.ALL_KINDS.read_text("utf-8")).content
    tree |= EXTRA
    tree["criteria_sets"][0]["criteria"].append(SURVEYED)
    tree["criteria_sets"][0]["criteria"][6]["maximum"] = "8"
    tree["self_scores"][0]["claims"][0] |= {"explanation": "Lời\ngiải trình", "evidence": [DOCUMENT]}
    for kiosk in tree["kiosks"]:
        for press in kiosk["presses"]:
            press["times"] = 2
    del tree["published"]
    whole: dict[str, Any] = copied(tree)
    return whole


@st.composite
def nearly_right(draw: st.DrawFn) -> str:
    """A right file in which one to three things are altered."""
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
    """Yield every place at which a value is."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from spots(tree[key])


def edges(key: Any) -> st.SearchStrategy[Any]:
    """Return values at the edges of what a field may be, and now and then something of another kind."""
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
    """Return the tree with another value wherever this one is: a code, and whatever names it."""
    if isinstance(tree, dict):
        return {name: renamed(value, old, new) for name, value in tree.items()}
    if isinstance(tree, list):
        return [renamed(value, old, new) for value in tree]
    return new if tree == old else tree


def copied(tree: Any) -> Any:
    """Return a copy of which no part is shared."""
    return json.loads(json.dumps(tree))
