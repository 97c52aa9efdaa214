"""A submitted sheet of the set of Cà Mau, as the rules of appraising find it."""

from tests.assessment.sheets import ROUND, UNIT, figures

from assessment.self_scoring.events import ClaimEntered, SelfScoreSubmitted
from assessment.self_scoring.state import SheetFact

CLAIMED = {
    "1.1.1": {"outcome": "on_time"},
    "1.1.2": {"answer": "yes"},
    "1.1.3": {"answer": "yes"},
    "1.1.4": {"done": "9", "planned": "10"},
    "1.2.1": {"answer": "no"},
    "1.2.2": {"answer": "yes"},
    "1.3": {"points": "2.5"},
}
SUBMITTED: tuple[SheetFact, ...] = (
    *(ClaimEntered(ROUND, UNIT, criterion, figures(named)) for criterion, named in CLAIMED.items()),
    SelfScoreSubmitted(ROUND, UNIT, ()),
)
