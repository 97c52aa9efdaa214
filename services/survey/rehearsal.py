"""Survey without its log: its request bodies, its rules about presses and those about tallies, in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import Any

import msgspec
from pydantic import TypeAdapter, ValidationError

from parindex.auth.principal import covers
from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.eventstore.appending import StreamHead, Undecided
from parindex.http.malformed import places_in_body
from parindex.instant import instant
from parindex.refusal import Place, Refused
from survey.admitting.events import authority_of
from survey.admitting.questions import Asked, Question, Surveyed, asked_in
from survey.admitting.routing import OUTSIDE_WINDOW, Route, judge, rounds_asking, window_of
from survey.admitting.state import KIOSK, Admitted, Survey, UnitTallies, UnitTally
from survey.enrolling.bodies import KioskIn
from survey.enrolling.decisions import enrolling, require_few_groups
from survey.enrolling.state import Kiosk
from survey.rating.commands import RecordRatings
from survey.rating.decisions import record
from survey.rating.presses import AHEAD, JSON, read_presses
from survey.rating.state import Press, place
from survey.tallying.bodies import TallyIn
from survey.tallying.outside import mistakes_in_row, to_bring_in

TALLIES = TypeAdapter(list[TallyIn])


@dataclass(slots=True)
class SurveyRehearsal:
    """See `parindex.client_checks.Rehearsal`."""

    now: datetime
    asked: dict[str, tuple[Asked, ...]] = field(default_factory=dict)
    survey: Survey = field(default_factory=Survey)
    by_unit: dict[str, UnitTallies] = field(default_factory=dict)
    kiosks: dict[str, Kiosk] = field(default_factory=dict)
    rounds: list[Admitted] = field(default_factory=list)

    def __call__(self, method: str, path: str, body: object, by: str) -> Sequence[Place]:  # noqa: ARG002  # one way to send each
        try:
            return self._carry_out(path.strip("/").split("/")[1:], body, by)
        except ValidationError as error:
            return places_in_body(error, body)
        except Refused as refused:
            return refused.places or [Place("", refused.vi, refused.en)]

    def receive(self, contract: object) -> None:
        """Learn what a set asks, and open the round whose sets are known."""
        if isinstance(contract, CriteriaSetEnacted):
            self.asked[contract.criteria_set.code] = asked_in(contract.criteria_set)
        elif isinstance(contract, RoundOpened):
            blocks = [
                Surveyed(
                    criteria_set=block.criteria_set,
                    questions=self.asked.get(block.criteria_set, ()),
                    units=tuple(unit.code for unit in block.units),
                )
                for block in contract.blocks
            ]
            self.survey = Survey(contract.authority, tuple(blocks))
            self.rounds = [Admitted(contract.round, *window_of(contract))]

    def _carry_out(self, path: Sequence[str], body: Any, by: str) -> Sequence[Place]:
        match path:
            case ["kiosks"]:
                command = KioskIn.model_validate(body).command()
                if not covers(by.rpartition("@")[2], authority := authority_of(command.unit)):
                    vi, en = f"Kiosk này do {authority} đăng ký.", f"{authority} registers this kiosk."
                    return [Place("/unit", vi, en)]
                require_few_groups(command, self.kiosks.values())
                kiosk = self.kiosks.get(command.kiosk, Kiosk())
                self.kiosks[command.kiosk] = reduce(enrolling.evolve, enrolling.decide(command, kiosk), kiosk)
            case ["kiosks", name, "ratings"] if name in self.kiosks:
                return self._press(name, read_presses(msgspec.json.encode(body), JSON))
            case ["rounds", round_id, "tallies"]:
                rows = [each.row() for each in TALLIES.validate_python(body)]
                by_unit = {unit: self.by_unit.get(unit, UnitTallies()) for unit in self.survey.units()}
                to_bring_in(round_id, rows, self.survey, by_unit)
            case _:
                pass
        return ()

    def _press(self, name: str, presses: tuple[Press, ...]) -> Sequence[Place]:
        """Record presses; warn of those that no round counts because of their time."""
        kiosk = self.kiosks[name]
        until = instant(self.now), instant(self.now + AHEAD)
        command = RecordRatings(name, presses, *until, compared=kiosk.last_seq, find_route=self._find_route)
        decided = record(command, kiosk)
        if isinstance(decided, Undecided):  # only with presses to compare, or rounds to read
            raise TypeError(type(decided).__name__)
        facts, self.kiosks[name] = decided
        if any(not fact.set_aside for fact in facts):
            tallies = self.by_unit.get(kiosk.unit, UnitTallies())
            self.by_unit[kiosk.unit] = tallies.with_tally(UnitTally(kiosk.question, kiosk.group, origin=KIOSK))
        return [_outside(index, self.rounds[0]) for index, fact in enumerate(facts) if fact.set_aside == OUTSIDE_WINDOW]

    def _find_route(self, question: Question, _: Sequence[StreamHead]) -> Route:
        asking = rounds_asking(self.rounds, {each.round: self.survey.asked_by_unit() for each in self.rounds}, question)
        return lambda at, accuracy_s, option: judge(asking, at, accuracy_s, option)


def mistakes_in_result(body: object, asked: Iterable[Asked]) -> Sequence[Place]:
    """Return the mistakes of a result's body; if it has none, those by what its unit is asked."""
    try:
        row = TallyIn.model_validate(body).row()
    except ValidationError as error:
        return places_in_body(error, body)
    return [*mistakes_in_row("", row, asked)]


def _outside(index: int, admitted: Admitted) -> Place:
    vi = f"Đợt chỉ tính lượt bấm từ {admitted.since} đến trước {admitted.until}: lượt bấm này không được tính."
    en = f"The round counts presses from {admitted.since} to before {admitted.until}: this press counts nowhere."
    return replace(place(index, "pressed_at", vi, en), code=OUTSIDE_WINDOW)
