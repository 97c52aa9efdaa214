"""Survey without its log: the bodies of its doors and its rules about tallies, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.http.malformed import places_of
from parindex.refusal import Place, Refused
from survey.rating.enrolling import KioskIn
from survey.tallying.bodies import TallyIn
from survey.tallying.bus import asked_by
from survey.tallying.events import KIOSK
from survey.tallying.outside import to_bring_in
from survey.tallying.questions import Asked, Surveyed
from survey.tallying.survey import Book, Line, Survey


@dataclass(slots=True)
class SurveyRehearsal:
    """See `parindex.service.Rehearsal`. Of presses it knows only that there are some."""

    now: datetime
    asked: dict[str, tuple[Asked, ...]] = field(default_factory=dict)
    survey: Survey = field(default_factory=Survey)
    books: dict[str, Book] = field(default_factory=dict)
    kiosks: dict[str, KioskIn] = field(default_factory=dict)

    def __call__(self, method: str, path: str, body: object, by: str) -> Sequence[Place]:  # noqa: ARG002
        try:
            self._carry_out(path.strip("/").split("/")[1:], body)
        except ValidationError as error:
            return places_of([{**each, "loc": ("body", *each["loc"])} for each in error.errors()], body)
        except Refused as refused:
            return refused.places or [Place("", refused.vi, refused.en)]
        return ()

    def receive(self, contract: object) -> None:
        """Learn what a set asks, and open the round whose sets are known."""
        if isinstance(contract, CriteriaSetEnacted):
            self.asked[contract.criteria_set.code] = asked_by(contract.criteria_set)
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

    def _carry_out(self, path: Sequence[str], body: Any) -> None:
        match path:
            case ["kiosks"]:
                kiosk = TypeAdapter(KioskIn).validate_python(body)
                self.kiosks[kiosk.kiosk] = kiosk
            case ["kiosks", name, "ratings"] if name in self.kiosks:
                kiosk = self.kiosks[name]
                book = self.books.get(kiosk.unit, Book())
                self.books[kiosk.unit] = book.with_line(Line(kiosk.question, kiosk.group, origin=KIOSK))
            case ["rounds", round_id, "tallies"]:
                rows = [each.row() for each in TypeAdapter(list[TallyIn]).validate_python(body)]
                books = {unit: self.books.get(unit, Book()) for unit in self.survey.units()}
                to_bring_in(round_id, rows, self.survey, books)
            case _:
                return
