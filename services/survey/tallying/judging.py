"""An auditor's look at what was decided of each press: the same rule, on what stands in the log before it. Pure."""

from collections import defaultdict

from parindex.eventstore.discrepancy import Discrepancies
from parindex.eventstore.entries import Entry
from parindex.eventstore.registry import Recorded
from parindex.instant import instant, moment
from survey.rating.events import PressesAdmitted, PressesStopped, RatingRecorded, authority_of
from survey.rating.presses import AHEAD
from survey.rating.routing import Admissions, Asking, Verdict, admitting, asking_of, judge
from survey.tallying.commands import Key
from survey.tallying.counting import Question
from survey.tallying.events import OUTSIDE, SurveyOpened, TallyUpdated
from survey.tallying.questions import Asked

COUNTS_WHAT_EVERY_RULE_SCORES = 3
"""The version of RatingRecorded from which on an option counts only if each rule that takes it has a share for it."""


class Judge:
    """Follows the log; memory is bounded by the rounds, their units, and the questions that kiosks ask."""

    def __init__(self, found: Discrepancies) -> None:
        self._found = found
        self._admissions: defaultdict[str, Admissions] = defaultdict(Admissions)
        self._asked: dict[str, dict[str, tuple[Asked, ...]]] = {}
        self._asking: dict[tuple[Question, bool], Asking] = {}
        self._outside: defaultdict[tuple[str, Key], set[str]] = defaultdict(set)

    def see(self, recorded: Recorded) -> None:
        """Take a fact in; find what is wrong with what was decided of a press."""
        match recorded.fact:
            case RatingRecorded() as press if press.decided:
                self._check(f"survey/{recorded.position}", press, recorded.entry)
            case SurveyOpened() as fact:
                self._asked[fact.round] = {unit: block.questions for block in fact.blocks for unit in block.units}
            case PressesAdmitted() | PressesStopped() as fact:
                self._admissions[fact.authority] = admitting.evolve(self._admissions[fact.authority], fact)
                self._asking.clear()
            case TallyUpdated() as fact if fact.origin == OUTSIDE:
                self._outside[fact.unit, (fact.question, fact.group)].add(fact.round)

    def _check(self, at: str, press: RatingRecorded, entry: Entry) -> None:
        name, received_at = f"{press.kiosk}/{press.seq}", entry.occurred_at
        ahead = press.pressed_at > received_at and press.pressed_at > instant(moment(received_at) + AHEAD)
        due = received_at if ahead else ""
        self._found.unless(
            press.received_at == due, "S2", at,
            f"lượt bấm {name} ghi lúc nhận là “{press.received_at}”, lẽ ra “{due}”",
            f"the press {name} says of its receipt “{press.received_at}”, and it was “{due}”",
        )  # fmt: skip
        said, verdict = (
            (press.round, press.set_aside),
            self._verdict(press, older=entry.v < COUNTS_WHAT_EVERY_RULE_SCORES),
        )
        self._found.unless(
            said == verdict, "S2", at,
            f"lượt bấm {name} ghi {said}, theo quy tắc là {verdict}",
            f"of the press {name} {said} was decided, by the rule it is {verdict}",
        )  # fmt: skip

    def _verdict(self, press: RatingRecorded, *, older: bool) -> Verdict:
        question = (press.unit, press.question, press.group)
        asking = self._asking.get((question, older))
        if asking is None:
            rounds = self._admissions[authority_of(press.unit)].rounds
            asking = self._asking[question, older] = asking_of(rounds, self._asked, question, older=older)
        outside = self._outside.get((press.unit, (press.question, press.group)), ())
        return judge(asking, press.judged_at, press.accuracy_s, press.option, outside)
