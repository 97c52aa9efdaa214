"""A round of one unit, the people who act on its sheet, and what they may say: right, and mistaken."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

from assessment.appraising.state import ActingAppraiser, ProposedFinding
from assessment.assigning.state import AssignmentLine
from assessment.opening.commands import OpenRound
from assessment.opening.deadlines import Deadlines
from assessment.opening.responsibility import CriterionAppraiser
from assessment.self_scoring.claims import DeclaredClaim, Evidence
from parindex.contracts.assessment import Block, Figure, RoundUnit
from parindex.contracts.criteria import (
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    Rule,
    Step,
    Steps,
    SurveyPoints,
    YesNo,
)

Said = TypeVar("Said", DeclaredClaim, ProposedFinding)

UNIT = "H16.01"
DAYS = [f"2026-01-{day:02}T00:00:00.000000Z" for day in range(1, 26)]
SELF_SCORING, APPRAISAL = 8, 16  # the numbers of the days until which the unit self-scores and is appraised at first
BEGINNING, FIRST_APPRAISAL, EXPLAINING = 1, 11, 13  # and those of a round that has all five dates
RULES: dict[str, Rule] = {
    "points": EnteredPoints(),
    "yes": YesNo(),
    "steps": Steps(steps=[Step(bound="90", closed=True, points="2")]),
    "asked": SurveyPoints(question="q"),
}
FIELDS = {"points": "H16", "yes": "H16", "steps": "H16.02"}
CODES = tuple(FIELDS)
FIGURES: dict[str, list[dict[str, str]]] = {
    "points": [{"points": "2"}, {"points": "1.50"}, {"points": "0.0"}],
    "yes": [{"answer": "yes"}, {"answer": "no"}],
    "steps": [{"value": "90.0"}, {"value": "7"}],
}
PLAIN = {"1.50": "1.5", "0.0": "0", "90.0": "90"}
PAPER, SCAN = "ab" * 32, "cd" * 32
DOCUMENTS = [(), (Evidence("1/KH", "2025-12-30", sha256=PAPER),), (Evidence("2/BC", sha256=SCAN),)]

_AREA = Criterion(code="1", name="1", level=Level.AREA, maximum="8")
SET = CriteriaSet(
    code="bo",
    title="Bộ",
    reference="1/QĐ",
    criteria=[
        _AREA,
        *(
            Criterion(code=code, name=code, level=Level.CRITERION, maximum="2", parent="1", rule=rule)
            for code, rule in RULES.items()
        ),
    ],
)

OFFICE = ActingAppraiser(frozenset({"H16"}), frozenset({"H16"}), "office")
BOTH = ActingAppraiser(frozenset({"H16", "H16.02"}), frozenset({"H16", "H16.02"}), "both")
COLLEAGUE = replace(BOTH, id="colleague")
FIELD = ActingAppraiser(frozenset({"H16.02"}), frozenset({"H16.02"}), "field")
ITSELF = ActingAppraiser(frozenset({"H16", "H16.02"}), frozenset({"H16", f"{UNIT}.3"}), "insider")  # sits in the unit
STRANGER = ActingAppraiser(frozenset(), frozenset({"H17"}), "stranger")
APPRAISERS = [OFFICE, *[BOTH, COLLEAGUE] * 3, FIELD, ITSELF, STRANGER]
PEOPLE = ("an", "binh")


def opened_round(*, two_appraisals: bool, approval: bool, four_eyes: bool, dated: bool) -> OpenRound:
    five = Deadlines(DAYS[BEGINNING], "", DAYS[FIRST_APPRAISAL], DAYS[EXPLAINING]) if dated else Deadlines()
    block = Block(code="so", name="Sở", criteria_set="bo", units=[RoundUnit(code=UNIT, name="Sở Nội vụ")])
    return OpenRound(
        "H16",
        "r",
        2026,
        "Đợt",
        "",
        (block,),
        (CriterionAppraiser("steps", "H16.02"),),
        replace(five, self_scoring_until=DAYS[SELF_SCORING], appraisal_until=DAYS[APPRAISAL]),
        {"bo": SET},
        "2025-12-31T00:00:00.000000Z",
        four_eyes=four_eyes,
        approval=approval,
        two_appraisals=two_appraisals,
    )


def plain(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Return figures as an event has to have them."""
    return tuple(Figure(name=figure.name, value=PLAIN.get(figure.value, figure.value)) for figure in figures)


def figures_of(code: str) -> list[tuple[Figure, ...]]:
    return [tuple(Figure(name=name, value=value) for name, value in given.items()) for given in FIGURES[code]]


def claims_for(code: str) -> list[DeclaredClaim]:
    applies = [
        DeclaredClaim(code, figures, evidence=documents) for figures in figures_of(code) for documents in DOCUMENTS
    ]
    return [*applies, DeclaredClaim(code, applicable=False, explanation="explanation:1")]


def findings_for(code: str) -> list[ProposedFinding]:
    return [
        *[ProposedFinding(code, upheld=True)] * 3,
        *(ProposedFinding(code, figures=figures, comment="comment:1") for figures in figures_of(code)),
        ProposedFinding(code, points="1.50", comment="comment:1"),
        ProposedFinding(code, points="1.5", comment="comment:2"),
        ProposedFinding(code, applicable=False, comment="comment:1"),
        ProposedFinding(code, kept=True, comment="comment:1"),
        ProposedFinding(code, kept=True, comment="comment:3"),
    ]


def explanations_for(code: str) -> list[DeclaredClaim]:
    stated = [
        DeclaredClaim(code, figures, evidence=documents, explanation="explanation:2")
        for figures in figures_of(code)
        for documents in DOCUMENTS
    ]
    return [
        *stated,
        DeclaredClaim(code, explanation="explanation:3"),
        DeclaredClaim(code, applicable=False, explanation="explanation:3"),
        DeclaredClaim(code),
    ]


def for_all(each: Callable[[str], Sequence[Said]], chosen: Sequence[Sequence[int]] = ((0, 1, 2),)) -> list[list[Said]]:
    """Return lists that say something about each criterion, or about those of the numbers that one of `chosen` has.

    They are a fixed selection.
    """
    chance = Random(7)
    batches = [[chance.choice(each(code)) for code in CODES] for _ in range(200)]
    return [[batch[index] for index in chance.choice(chosen)] for batch in batches]


SOME = ((0, 1, 2), (0, 1), (2,), (1,), (0,), (2, 0), (1, 2))
ALL_CLAIMS, CLAIMS = for_all(claims_for), for_all(claims_for, SOME)
ALL_FINDINGS, FINDINGS = for_all(findings_for), for_all(findings_for, SOME)
ALL_EXPLANATIONS, EXPLANATIONS = for_all(explanations_for), for_all(explanations_for, SOME)
_PAIRS = [
    (AssignmentLine(one, to), AssignmentLine(other, also))
    for one, other in (("1", "yes"), ("points", "steps"), ("steps", "1"))
    for to in ("", *PEOPLE)
    for also in ("", *PEOPLE)
]
LINES = [list(pair[:length]) for pair in _PAIRS for length in (1, 2)]

POINTS = (Figure(name="points", value="2.5"),)  # above the maximum
WRONG_CLAIMS = [DeclaredClaim("points", POINTS), DeclaredClaim("asked"), DeclaredClaim("nothing")]
WRONG_FINDINGS = [
    ProposedFinding("points"),
    ProposedFinding("points", upheld=True, points="1", comment="comment:1"),
    ProposedFinding("points", figures=POINTS, comment="comment:1"),
    ProposedFinding("points", points="2.5", comment="comment:1"),
    ProposedFinding("points", points="1"),  # says not why
    ProposedFinding("yes", kept=True),  # nor does this
    ProposedFinding("yes", figures=(Figure(name="answer", value="perhaps"),), comment="comment:1"),
    ProposedFinding("asked", upheld=True),
    ProposedFinding("nothing", upheld=True),
]
WRONG_EXPLANATIONS = [
    DeclaredClaim("points", POINTS, explanation="explanation:2"),
    DeclaredClaim("points", (Figure(name="points", value="1"),)),  # says not why
    DeclaredClaim("asked", explanation="explanation:2"),
    DeclaredClaim("nothing", explanation="explanation:2"),
]
WRONG_LINES = [AssignmentLine("points", "stranger"), AssignmentLine("asked", "an"), AssignmentLine("nothing", "an")]
