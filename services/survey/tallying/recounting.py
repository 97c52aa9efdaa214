"""An auditor's recount: the presses in the log once more, held against every tally that was told of them. Pure.

What was decided of each press is decided again (`judging.py`).

A tally covers the log up to a position that lies before its own, so facts wait here until a tally asks for them.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence

from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.registry import Recorded
from survey.rating.events import RatingRecorded
from survey.tallying.commands import Key
from survey.tallying.counting import Surveys, count
from survey.tallying.events import KIOSK, RatingClosed, SurveyOpened, TallyUpdated
from survey.tallying.judging import Judge


class TallyRecount:
    """Counts presses fact by fact; memory is bounded by the number of tallies and by how far the fold was behind."""

    def __init__(self) -> None:
        self._waiting: deque[Recorded] = deque()
        self._surveys = Surveys()
        self._counts: dict[tuple[str, str], dict[Key, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self._found = Discrepancies()
        self._judge = Judge(self._found)

    def see(self, recorded: Recorded) -> None:
        """Take a fact in, in the order of the log."""
        fact = recorded.fact
        self._judge.see(recorded)
        if isinstance(fact, RatingRecorded | SurveyOpened | RatingClosed):
            self._waiting.append(recorded)
        elif isinstance(fact, TallyUpdated) and fact.origin == KIOSK:
            self._count_until(fact.covers)
            self._compare(recorded.position, fact)

    def differences(self) -> Sequence[Discrepancy]:
        """Return which presses were not decided by the rule, and which tallies are not what the presses come to."""
        return self._found.all()

    def _count_until(self, position: int) -> None:
        page = []
        while self._waiting and self._waiting[0].position <= position:
            page.append(self._waiting.popleft())
        if not page:
            return
        counted = count(page, self._surveys)
        self._surveys = counted.surveys
        for where, presses in counted.presses.items():
            for key, found in presses.items():
                self._counts[where][key].update(found.counts)

    def _compare(self, position: int, tally: TallyUpdated) -> None:
        told = {line.option: line.count for line in tally.counts}
        found = dict(self._counts[tally.round, tally.unit][tally.question, tally.group])
        self._found.unless(
            told == found, "S1", f"survey/{position}",
            f"kết quả {tally.question} của {tally.unit} ghi {told}, các lượt bấm là {found}",
            f"the tally of {tally.unit}, {tally.question} says {told}, the presses are {found}",
        )  # fmt: skip
