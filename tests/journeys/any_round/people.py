"""The actions of people in any round, as rules of a state machine; the test adds the bus and publication."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.assessment.sheets import sheets
from tests.journeys.any_round.four_services import Services
from tests.journeys.any_round.small_round import (
    FIGURES,
    MEANT,
    OFFICE,
    UNITS,
    Figures,
    criteria_set,
    findings_of,
    named,
    opened_round,
)

from assessment.appraising.closing import round_closing
from assessment.appraising.commands import CloseRound, CompleteAppraisal, MakeFindings, ReopenRound
from assessment.appraising.decisions import appraising
from assessment.appraising.state import ProposedFinding, UnitCompletion
from assessment.enacting.commands import EnactCriteriaSet
from assessment.enacting.decisions import enacting
from assessment.enacting.events import stream_of as set_stream_of
from assessment.opening.decisions import opening
from assessment.opening.events import stream_of as round_stream_of
from assessment.opening.state import Round
from assessment.opening.terms import Terms, terms_for
from assessment.reporting.commands import SubmitSelfScore, WithdrawSelfScore
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.commands import EnterClaims
from assessment.self_scoring.events import stream_of as sheet_stream_of
from assessment.self_scoring.state import Sheet
from parindex.contracts.criteria import NotApplicable
from parindex.eventstore.appending import Append
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.log import Log
from parindex.refusal import Refused
from parindex.service import ServiceContext
from parindex.testing.memory_log import METADATA, Stream
from parindex.testing.serving import NOON
from survey.admitting.admissions import KnownRounds, RoundsNeeded, cut_off
from survey.admitting.commands import CloseRating
from survey.admitting.decisions import surveying
from survey.admitting.events import presses_stream, tally_stream, tallying_stream
from survey.admitting.opened_rounds import OpenedRounds
from survey.admitting.state import SURVEY_CODEC, survey_of, tallies_of_unit
from survey.enrolling.commands import RegisterKiosk
from survey.enrolling.decisions import enrolling
from survey.enrolling.state import KIOSK_CODEC
from survey.rating.commands import RecordRatings
from survey.rating.decisions import rating
from survey.rating.state import Press
from survey.tallying.commands import BringInTallies
from survey.tallying.counting import count
from survey.tallying.decisions import unit_tallies
from survey.tallying.folding import closing_of, tallies_of
from survey.tallying.state import TALLIES_CODEC, OutsideTally


class PeopleAct(RuleBasedStateMachine):
    """The commands of people in any order: of units, appraisers, the office, visitors and surveyors."""

    def __init__(self) -> None:
        super().__init__()
        self.services = Services()
        self.assessment, self.survey = self.services.memory_logs["assessment"], self.services.memory_logs["survey"]
        self.round: Stream[Any, Round, Any] = Stream(self.assessment, round_stream_of("r"), opening)
        self.sheets: dict[str, Stream[Any, Sheet, Any]] = {
            unit: Stream(self.assessment, sheet_stream_of("r", unit), sheets) for unit in UNITS
        }
        self.opened, self.counted, self.rounds = OpenedRounds(), 0, KnownRounds()
        self.pressed: dict[str, list[Press]] = {unit: [] for unit in UNITS}

    @initialize(not_applicable=st.sampled_from(NotApplicable))
    def begin(self, not_applicable: NotApplicable) -> None:
        self.set = criteria_set(not_applicable)
        known: Stream[Any, Any, Any] = Stream(self.assessment, set_stream_of("bo"), enacting)
        known.execute(EnactCriteriaSet("H10", self.set))
        self.round.execute(opened_round(self.set))
        for unit in UNITS:
            self.survey.append(
                Append(
                    f"kiosk-{unit}",
                    METADATA,
                    decide_at_head(enrolling, RegisterKiosk(unit, unit, "hai-long", "", ("1", "5", "?")), KIOSK_CODEC),
                )
            )

    def terms(self, unit: str) -> Terms:
        found, opened = self.round.state.block_and_unit(unit), self.round.state.opened
        assert found is not None
        assert opened is not None
        return terms_for(opened, found[0], self.set, unit, self.round.state.due[unit])

    # commands of units, appraisers and the office

    @rule(
        unit=st.sampled_from(UNITS), figures=st.fixed_dictionaries({k: st.sampled_from(v) for k, v in FIGURES.items()})
    )
    def submit(self, unit: str, figures: Figures) -> None:
        terms, sheet = self.terms(unit), self.sheets[unit]
        if not sheet.state.submitted:
            claims = tuple(DeclaredClaim(code, named(given), confirmed=MEANT) for code, given in figures.items())
            sheet.execute(EnterClaims(terms, claims, METADATA.at))
            sheet.execute(SubmitSelfScore(terms, METADATA.at))

    @rule(unit=st.sampled_from(UNITS))
    def withdraw(self, unit: str) -> None:
        self.may_be_refused(self.sheets[unit], WithdrawSelfScore(self.terms(unit), METADATA.at))

    @rule(unit=st.sampled_from(UNITS), data=st.data())
    def appraise(self, unit: str, data: st.DataObject) -> None:
        found = tuple(data.draw(findings_of(code), code) for code in FIGURES)
        self.may_be_refused(self.sheets[unit], MakeFindings(self.terms(unit), found, OFFICE, METADATA.at), appraising)
        self.may_be_refused(self.sheets[unit], CompleteAppraisal(self.terms(unit), OFFICE, METADATA.at), appraising)

    @rule()
    def close(self) -> None:
        completions = tuple(
            UnitCompletion(unit, unit, 0, 0, sheet.state.submitted, 0, sheet.state.completed_for)
            for unit, sheet in self.sheets.items()
        )
        self.may_be_refused(self.round, CloseRound("r", completions), round_closing)

    @rule(units=st.sets(st.sampled_from(UNITS)))
    def reopen(self, units: set[str]) -> None:
        self.may_be_refused(self.round, ReopenRound("r", tuple(sorted(units)), "why", METADATA.at), round_closing)

    @rule(data=st.data(), alike=st.booleans())
    def everybody_finishes(self, data: st.DataObject, *, alike: bool) -> None:
        for unit in UNITS:
            chosen = {code: given[0] if alike else data.draw(st.sampled_from(given)) for code, given in FIGURES.items()}
            self.submit(unit, chosen)
            if alike:
                self.uphold(unit)
            self.appraise(unit, data)
        self.close()

    def uphold(self, unit: str) -> None:
        found = tuple(ProposedFinding(code, upheld=True) for code in FIGURES)
        self.may_be_refused(self.sheets[unit], MakeFindings(self.terms(unit), found, OFFICE, METADATA.at), appraising)
        self.may_be_refused(self.sheets[unit], CompleteAppraisal(self.terms(unit), OFFICE, METADATA.at), appraising)

    def may_be_refused(self, stream: Stream[Any, Any, Any], command: object, decider: Any = None) -> None:
        before = stream.memory_log.position
        try:
            stream.execute(command, decider)
        except Refused:
            assert stream.memory_log.position == before

    # commands of visitors and surveyors

    @rule(unit=st.sampled_from(UNITS), options=st.text("155?", min_size=1, max_size=5))
    def press(self, unit: str, options: str) -> None:
        pressed = self.pressed[unit]
        pressed += [Press(seq, option, METADATA.at, 0) for seq, option in enumerate(options, len(pressed) + 1)]
        self.send(unit, pressed[-len(options) :])

    @rule(unit=st.sampled_from(UNITS))
    def resend(self, unit: str) -> None:
        if self.pressed[unit]:
            before = self.survey.position
            self.send(unit, self.pressed[unit])
            assert self.survey.position == before

    def send(self, unit: str, presses: Sequence[Press]) -> None:
        command = RecordRatings(unit, tuple(presses), METADATA.at, METADATA.at, compared=presses[-1].seq)
        while True:
            reads = self.rounds.reads(unit)
            routed = msgspec.structs.replace(command, find_route=self.rounds.route_finder(reads))
            decide = decide_at_head(rating, routed, KIOSK_CODEC)
            done = self.survey.try_append(Append(f"kiosk-{unit}", METADATA, decide, reads=reads))
            if not isinstance(done, RoundsNeeded):
                return
            self.learn_rounds()

    def learn_rounds(self) -> None:
        head = self.survey.head(presses_stream("H10"))
        new = {name: survey_of(self.survey.head(tallying_stream(name))) for name in self.rounds.unknown_in(head)}
        self.rounds.learn("H10", head, new)

    @rule(unit=st.sampled_from(UNITS), score=st.integers(0, 7))
    def bring_in(self, unit: str, score: int) -> None:
        stands = self.survey.head(tallying_stream("r")).state
        if stands and b'"closing"' not in stands:
            command = BringInTallies("r", unit, (OutsideTally("can-bo", "official", str(score), "7"),))
            self.survey.append(
                Append(tally_stream("r", unit), METADATA, decide_at_head(unit_tallies, command, TALLIES_CODEC))
            )

    @rule()
    def close_tallies(self) -> None:
        if self.survey.head(tallying_stream("r")).state:
            self.survey.append(
                Append(tallying_stream("r"), METADATA, decide_at_head(surveying, CloseRating("r"), SURVEY_CODEC))
            )
            self.survey.append(cut_off("H10", "r", METADATA))

    @rule(size=st.integers(1, 40))
    def count_presses(self, size: int) -> None:
        if page := self.survey.recorded(self.counted)[:size]:
            counted = count(page, self.opened)
            context = ServiceContext(cast("Log", self.survey), cast("AsyncEngine", None), lambda: NOON)
            for append in tallies_of(context, counted):
                self.survey.append(append)
            for closed in counted.closings:
                by_unit = [tallies_of_unit(self.survey.head(tally_stream("r", unit)).state) for unit in UNITS]
                self.survey.append(closing_of(context, counted, closed, by_unit))
            self.counted, self.opened = counted.seen, counted.opened
