"""A whole sheet of the set of Cà Mau, and the rules of each step that decides on its stream."""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from assessment.appraising.commands import Appraising
from assessment.appraising.decisions import appraising
from assessment.explaining.commands import Explaining
from assessment.explaining.decisions import explaining
from assessment.opening.events import RoundOpened
from assessment.opening.terms import Terms, terms_for
from assessment.reporting.commands import Reporting
from assessment.reporting.decisions import reporting
from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.commands import SelfScoring
from assessment.self_scoring.decisions import self_scoring
from assessment.self_scoring.events import ClaimEntered, SelfScoreSubmitted
from assessment.self_scoring.state import Sheet, SheetFact, evolve
from parindex.contracts.assessment import Block, Claim, Figure, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.eventstore.decider import Decider
from parindex.testing.rules import Rules

SheetCommand = SelfScoring | Reporting | Appraising | Explaining


def decide(command: SheetCommand, sheet: Sheet) -> Sequence[SheetFact]:
    """Return the events of a command, by the rules of its own step."""
    if isinstance(command, SelfScoring):
        return self_scoring.decide(command, sheet)
    if isinstance(command, Reporting):
        return reporting.decide(command, sheet)
    if isinstance(command, Appraising):
        return appraising.decide(command, sheet)
    if isinstance(command, Explaining):
        return explaining.decide(command, sheet)
    assert_never(command)


sheets: Decider[SheetCommand, Sheet, SheetFact] = Decider(Sheet(), decide, evolve)
SHEET = Rules(sheets)
NOW, SOON, LATER = "2026-07-01T12:00:00.000000Z", "2026-08-01T00:00:00.000000Z", "2026-09-01T00:00:00.000000Z"
ROUND, UNIT = "r-2026", "H16.01"
DOCUMENT = Evidence("01/KH", "2026-01-05", "evidence-title:1")


def terms_in(criteria_set: CriteriaSet) -> Terms:
    block = Block(code="so", name="Sở", criteria_set="ca-mau-2013", units=[RoundUnit(code=UNIT, name="Sở Nội vụ")])
    opened = RoundOpened("H16", ROUND, 2026, "Đợt", "", (block,), (), SOON, "")
    return terms_for(opened, block, criteria_set, UNIT, due=1)


def figures(named: Mapping[str, str]) -> tuple[Figure, ...]:
    return tuple(Figure(name=name, value=value) for name, value in named.items())


def entered(criterion: str, named: Mapping[str, str] | None = None, **more: Any) -> ClaimEntered:
    return ClaimEntered(ROUND, UNIT, criterion, figures(named or {}), **more)


CLAIMS = (
    entered("1.1.1", {"outcome": "late"}, evidence=(DOCUMENT,)),
    entered("1.1.2", {"answer": "yes"}),
    entered("1.1.3", {"answer": "yes"}),
    entered("1.1.4", {"done": "9", "planned": "10"}),
    entered("1.2.1", {"answer": "no"}),
    entered("1.2.2", applicable=False),
    entered("1.3", {"points": "2.5"}),
)
SUBMITTED = SelfScoreSubmitted(
    ROUND,
    UNIT,
    tuple(Claim(criterion=c.criterion, figures=list(c.figures), applicable=c.applicable) for c in CLAIMS),
)
