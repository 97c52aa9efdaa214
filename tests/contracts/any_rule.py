"""Any rule of each kind with figures for it, and any tally: for the properties of points and of their arithmetic."""

from typing import Any

from hypothesis import strategies as st

from parindex.contracts.criteria import (
    BestOfCases,
    Case,
    Choice,
    Deduction,
    DueDates,
    EnteredPoints,
    ExternalValue,
    Formula,
    NamedFigure,
    OnZero,
    Option,
    PerCase,
    Proportional,
    Share,
    Step,
    Steps,
    Timeliness,
    YesNo,
)
from parindex.contracts.formula import Counted

REPORTS = DueDates(
    dates=[NamedFigure(figure="q1", name="Quý I"), NamedFigure(figure="q2", name="Quý II")], on_time="2", late="0.5"
)
CASES = [Case(figure="a", name="Đạt giải", points="0.5"), Case(figure="b", name="Được khen", points="1.25")]
RATIO = [NamedFigure(figure="a", name="Đã làm"), NamedFigure(figure="b", name="Phải làm")]
SHARES = [Share(option="bad", share="0"), Share(option="fair", share="0.6"), Share(option="good", share="1")]

SMALL = st.decimals(0, 30, places=2).map(lambda value: f"{value.normalize():f}")
COUNT = st.integers(0, 9).map(str)
OUTCOME = st.sampled_from(["on_time", "late", "never"])
YES_OR_NO = st.sampled_from(["yes", "no"])
SIGNED = st.one_of(SMALL, SMALL.filter(lambda text: text != "0").map("-".__add__))
SHARE = st.decimals(0, 1, places=2).map(str)
EXPRESSION = st.sampled_from(["min(a / b; 1) * maximum", "a - b * 0.5", "max(a; -b) / 2", "(a + b) : 3", "a × b"])


def ladder(bounds: set[int], points: str) -> Steps:
    ordered = sorted(bounds, reverse=True)
    return Steps(
        steps=[Step(bound=str(bound), closed=bound % 2 == 0, points=points) for bound in ordered], otherwise="0"
    )


OUTCOMES = st.fixed_dictionaries({"q1": OUTCOME, "q2": OUTCOME})
RULES: dict[type, st.SearchStrategy[tuple[Any, dict[str, str]]]] = {
    EnteredPoints: st.tuples(st.just(EnteredPoints()), st.fixed_dictionaries({"points": SMALL})),
    YesNo: st.tuples(st.just(YesNo()), st.fixed_dictionaries({"answer": YES_OR_NO})),
    Timeliness: st.tuples(
        st.builds(Timeliness, on_time=SMALL, late=SMALL), st.fixed_dictionaries({"outcome": OUTCOME})
    ),
    DueDates: st.tuples(st.just(REPORTS), OUTCOMES),
    Steps: st.tuples(
        st.builds(ladder, st.sets(st.integers(0, 30), min_size=1, max_size=4), SMALL),
        st.one_of(st.fixed_dictionaries({"value": SIGNED}), st.fixed_dictionaries({"done": COUNT, "planned": COUNT})),
    ),
    Choice: st.tuples(
        st.one_of(SHARE.map(lambda share: {"share": share}), SMALL.map(lambda points: {"points": points})).map(
            lambda earned: Choice(options=[Option(code="a", name="A", **earned)])
        ),
        st.just({"level": "a"}),
    ),
    Proportional: st.tuples(
        st.builds(Proportional, floor=SHARE, ceiling=SHARE),
        st.fixed_dictionaries({"done": SMALL, "planned": SMALL}),
    ),
    PerCase: st.tuples(
        st.builds(PerCase, each=SMALL, cap=st.one_of(st.just(""), SMALL)), st.fixed_dictionaries({"count": COUNT})
    ),
    BestOfCases: st.tuples(
        st.builds(BestOfCases, cases=st.just(CASES), otherwise=SMALL),
        st.fixed_dictionaries({"a": YES_OR_NO, "b": YES_OR_NO}),
    ),
    Deduction: st.one_of(
        st.tuples(
            st.builds(Deduction, violations=st.just(CASES), floor=SMALL),
            st.fixed_dictionaries({"a": COUNT, "b": COUNT}),
        ),
        st.tuples(st.builds(Deduction, floor=SMALL), st.fixed_dictionaries({"deducted": SMALL})),
    ),
    Formula: st.tuples(
        st.builds(Formula, variables=st.just(RATIO), expression=EXPRESSION, on_zero=st.sampled_from(OnZero)),
        st.fixed_dictionaries({"a": SIGNED, "b": SIGNED}),
    ),
    ExternalValue: st.tuples(
        st.builds(ExternalValue, source=st.just("SIPAS"), out_of=SMALL.filter(lambda text: text != "0")),
        st.fixed_dictionaries({"value": SMALL}),
    ),
}
TALLY = st.one_of(
    st.builds(Counted, st.dictionaries(st.sampled_from(["bad", "fair", "good"]), st.integers(0, 9))),
    st.builds(Counted, st.just({}), SMALL, SMALL),
)
