"""Any round, in any interleaving, over a bus that loses, doubles, delays and reorders: the published numbers are right.

The four services decide, tell, hear and seal by their own code, over ledgers in memory and without a server; the test
is the bus between them. What comes out is held against `recounted`, which knows the facts and the law only.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncEngine

from assessment.appraising.closing import closing
from assessment.appraising.commands import (
    Appraiser,
    CloseRound,
    CompleteAppraisal,
    MakeFindings,
    ProposedFinding,
    ReopenRound,
    Standing,
)
from assessment.appraising.decisions import appraising
from assessment.appraising.events import AppraisalCompleted
from assessment.enacting.commands import EnactCriteriaSet
from assessment.enacting.decisions import enacting
from assessment.enacting.events import stream_of as set_stream_of
from assessment.opening.commands import OpenRound
from assessment.opening.decisions import opening
from assessment.opening.events import stream_of as round_stream_of
from assessment.opening.rounds import Round
from assessment.opening.terms import Terms, terms_for
from assessment.self_scoring.commands import DeclaredClaim, EnterClaims, SubmitSelfScore, WithdrawSelfScore
from assessment.self_scoring.decisions import self_scoring
from assessment.self_scoring.events import stream_of as sheet_stream_of
from assessment.self_scoring.sheet import Sheet
from assessment.service import SERVICE as ASSESSMENT
from parindex.bus.message import Received
from parindex.contracts.assessment import Block, CriteriaSetEnacted, Figure, Finding, RoundOpened, RoundUnit
from parindex.contracts.criteria import (
    Band,
    Choice,
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    NotApplicable,
    Option,
    Proportional,
    Rule,
    Share,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.contracts.scoring import IndexComputed, RoundSettled, SourcePosition
from parindex.contracts.scoring_digest import digest_of
from parindex.eventstore.appending import Append
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded, partition_of
from parindex.numbers import from_wire
from parindex.refusal import Refused
from parindex.service import World
from parindex.testing.carrier import EVERYTHING, Carrier, Lane, hearing
from parindex.testing.ledger import ACT, Ledger, Stream
from parindex.testing.serving import NOON
from publication.freezing.bus import FREEZING, _row
from publication.freezing.commands import FreezeResult
from publication.freezing.decisions import freezing
from publication.freezing.events import ResultsFrozen
from publication.freezing.readiness import Materials, draft_of
from publication.freezing.snapshot import read_snapshot, snapshot_of
from publication.service import SERVICE as PUBLICATION
from scoring.computing.bus import COMPUTING
from scoring.computing.events import ReopeningSeen
from scoring.computing.events import RoundSettled as Settled
from scoring.computing.outgoing import index_computed
from scoring.computing.streams import index_stream, read_standing
from scoring.computing.streams import round_stream as settling_stream_of
from scoring.service import SERVICE as SCORING
from survey.rating.commands import Press, RecordRatings, RegisterKiosk
from survey.rating.decisions import AtHead
from survey.service import SERVICE as SURVEY
from survey.tallying.bus import TALLYING
from survey.tallying.commands import BringInTallies, CloseRating, OutsideTally
from survey.tallying.counting import Surveys, count
from survey.tallying.decisions import tallying_at_head, unit_tallies_at_head
from survey.tallying.events import TallyUpdated, tally_stream, tallying_stream
from survey.tallying.folding import _appends

PARTITIONS = 2
UNITS = ("H10.01", "H10.02", "H10.03", "H10.04")
RULES: dict[str, tuple[str, Rule]] = {
    "1.1": ("3", EnteredPoints()),
    "1.2": ("1", YesNo()),
    "1.3": ("1", Timeliness(on_time="1", late="0.5")),
    "1.4": ("2", Steps(steps=[Step(bound="90", closed=False, points="2"), Step(bound="70", closed=True, points="1")])),
    "1.5": ("2", Choice(options=[Option(code="a", name="A", points="2"), Option(code="b", name="B", points="1.5")])),
    "1.6": ("3", Proportional(floor="0.8")),
    "2.1": (
        "3",
        SurveyPoints(question="hai-long", shares=[Share(option="1", share="0"), Share(option="5", share="1")]),
    ),
    "2.2": ("2", SurveyPoints(question="can-bo", group="official")),
}
FIGURES: dict[str, list[dict[str, str]]] = {
    "1.1": [{"points": "2.5"}, {"points": "3"}, {"points": "0"}],
    "1.2": [{"answer": "yes"}, {"answer": "no"}],
    "1.3": [{"outcome": "on_time"}, {"outcome": "late"}, {"outcome": "never"}],
    "1.4": [{"done": "9", "planned": "10"}, {"value": "90.01"}, {"value": "69"}],
    "1.5": [{"level": "a"}, {"level": "b"}],
    "1.6": [{"done": "6", "planned": "7"}, {"done": "7", "planned": "9"}, {"done": "8", "planned": "7"}],
}
BANDS = [Band(name="A", at_least="80"), Band(name="B", at_least="50"), Band(name="C", at_least="0")]
OFFICE = Appraiser(frozenset({"H10"}), frozenset({"H10"}))
Figures = dict[str, dict[str, str]]


def criteria_set(not_applicable: NotApplicable) -> CriteriaSet:
    rows = [Criterion(code=code, name=code, level=Level.AREA, maximum=most) for code, most in (("1", "12"), ("2", "5"))]
    rows += [
        Criterion(code=code, name=code, level=Level.CRITERION, maximum=maximum, parent=code[0], rule=rule)
        for code, (maximum, rule) in RULES.items()
    ]
    return CriteriaSet(
        code="bo", title="Bộ", reference="1/QĐ", criteria=rows, bands=BANDS, not_applicable=not_applicable
    )


def opened_round(known: CriteriaSet) -> OpenRound:
    units = [RoundUnit(code=unit, name=f"Đơn vị {unit}") for unit in UNITS]
    blocks = (
        Block(code="so", name="Sở", criteria_set="bo", units=units[:3]),
        Block(code="xa", name="Xã", criteria_set="bo", units=units[3:]),
    )
    return OpenRound("H10", "r", 2026, "Đợt", "1/KH", blocks, (), "", "", {"bo": known}, ACT.at)


KINDS = {"assessment": ASSESSMENT, "survey": SURVEY, "scoring": SCORING, "publication": PUBLICATION}


class Services:
    """The four services' ledgers, and what publication has heard. `sources` are taken over where they are given."""

    def __init__(self, sources: Mapping[str, Ledger] | None = None) -> None:
        self.ledgers = {name: Ledger(name, service.types, PARTITIONS) for name, service in KINDS.items()} | dict(
            sources or {}
        )
        self.heard: dict[tuple[str, tuple[object, ...]], Mapping[str, Any]] = {}
        listeners = {
            "survey": (TALLYING.sources, hearing(TALLYING, self.ledgers["survey"])),
            "scoring": (COMPUTING.sources, hearing(COMPUTING, self.ledgers["scoring"])),
            "publication": (FREEZING.sources, self._keep),
        }
        self.carrier = Carrier(self.ledgers, listeners, PARTITIONS)

    def _keep(self, lane: Lane, received: Sequence[Received]) -> None:
        """As the tables of publication do: the newest contract about each thing."""
        for one in received:
            if kept := _row(one, lane.partition):
                table, row = kept
                self.heard[table.name, tuple(row[column.name] for column in table.primary_key)] = row

    def materials(self) -> Materials:
        """As publication's query does."""
        rows: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for (table, _), row in self.heard.items():
            rows[table].append(row)
        [opened] = rows["rounds"]
        settled = {
            row["partition"]: msgspec.json.decode(row["contract"], type=RoundSettled) for row in rows["settlements"]
        }
        return Materials(
            opened=msgspec.json.decode(opened["contract"], type=RoundOpened),
            sets=[msgspec.json.decode(row["contract"], type=CriteriaSetEnacted) for row in rows["criteria_sets"]],
            scores=[msgspec.json.decode(row["contract"], type=IndexComputed) for row in rows["standings"]],
            settlements=settled,
            reopened=frozenset(row["closing"] for row in rows["reopenings"]),
            parked=0,
            partitions=PARTITIONS,
        )

    def scores(self) -> list[IndexComputed]:
        """Every unit's index as scoring has it now."""
        heads = [self.ledgers["scoring"].head(index_stream("r", unit)) for unit in UNITS]
        found = [read_standing(head).score for head in heads]
        return [index_computed(score) for score in found if score is not None]


class AnyRound(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.services = Services()
        self.assessment, self.survey = self.services.ledgers["assessment"], self.services.ledgers["survey"]
        self.round: Stream[Any, Round, Any] = Stream(self.assessment, round_stream_of("r"), opening)
        self.sheets: dict[str, Stream[Any, Sheet, Any]] = {
            unit: Stream(self.assessment, sheet_stream_of("r", unit), self_scoring) for unit in UNITS
        }
        self.result: Stream[Any, Any, Any] = Stream(self.services.ledgers["publication"], "result-r", freezing)
        self.shelf: list[bytes] = []
        self.surveys, self.counted = Surveys(), 0
        self.pressed: dict[str, list[Press]] = {unit: [] for unit in UNITS}

    @initialize(not_applicable=st.sampled_from(NotApplicable))
    def begin(self, not_applicable: NotApplicable) -> None:
        self.set = criteria_set(not_applicable)
        known: Stream[Any, Any, Any] = Stream(self.assessment, set_stream_of("bo"), enacting)
        known.wish(EnactCriteriaSet("H10", self.set))
        self.round.wish(opened_round(self.set))
        for unit in UNITS:
            self.survey.append(
                Append(f"kiosk-{unit}", ACT, AtHead(RegisterKiosk(unit, unit, "hai-long", "", ("1", "5", "?"))))
            )

    def terms(self, unit: str) -> Terms:
        found, opened = self.round.state.place_of(unit), self.round.state.opened
        assert found is not None
        assert opened is not None
        return terms_for(opened, found[0], self.set, unit, self.round.state.due[unit])

    # what units, appraisers and the office do

    @rule(
        unit=st.sampled_from(UNITS), figures=st.fixed_dictionaries({k: st.sampled_from(v) for k, v in FIGURES.items()})
    )
    def submit(self, unit: str, figures: Figures) -> None:
        terms, sheet = self.terms(unit), self.sheets[unit]
        if not sheet.state.submitted:
            claims = tuple(DeclaredClaim(code, named(given)) for code, given in figures.items())
            sheet.wish(EnterClaims(terms, claims, ACT.at))
            sheet.wish(SubmitSelfScore(terms, ACT.at))

    @rule(unit=st.sampled_from(UNITS))
    def withdraw(self, unit: str) -> None:
        self.may_be_refused(self.sheets[unit], WithdrawSelfScore(self.terms(unit), ACT.at))

    @rule(unit=st.sampled_from(UNITS), data=st.data())
    def appraise(self, unit: str, data: st.DataObject) -> None:
        found = tuple(data.draw(findings_of(code), code) for code in FIGURES)
        self.may_be_refused(self.sheets[unit], MakeFindings(self.terms(unit), found, OFFICE), appraising)
        self.may_be_refused(self.sheets[unit], CompleteAppraisal(self.terms(unit), OFFICE), appraising)

    @rule()
    def close(self) -> None:
        standings = tuple(
            Standing(unit, unit, 0, 0, sheet.state.submitted, 0, sheet.state.completed_for)
            for unit, sheet in self.sheets.items()
        )
        self.may_be_refused(self.round, CloseRound("r", standings), closing)

    @rule(units=st.sets(st.sampled_from(UNITS)))
    def reopen(self, units: set[str]) -> None:
        self.may_be_refused(self.round, ReopenRound("r", tuple(sorted(units)), "why"), closing)

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
        self.may_be_refused(self.sheets[unit], MakeFindings(self.terms(unit), found, OFFICE), appraising)
        self.may_be_refused(self.sheets[unit], CompleteAppraisal(self.terms(unit), OFFICE), appraising)

    def may_be_refused(self, stream: Stream[Any, Any, Any], command: object, decider: Any = None) -> None:
        before = stream.ledger.position
        try:
            stream.wish(command, decider)
        except Refused:
            assert stream.ledger.position == before

    # what visitors and surveyors do

    @rule(unit=st.sampled_from(UNITS), options=st.text("155?", min_size=1, max_size=5))
    def press(self, unit: str, options: str) -> None:
        pressed = self.pressed[unit]
        pressed += [Press(seq, option, ACT.at, 0) for seq, option in enumerate(options, len(pressed) + 1)]
        self.send(unit, pressed[-len(options) :])

    @rule(unit=st.sampled_from(UNITS))
    def resend(self, unit: str) -> None:
        if self.pressed[unit]:
            before = self.survey.position
            self.send(unit, self.pressed[unit])
            assert self.survey.position == before

    def send(self, unit: str, presses: Sequence[Press]) -> None:
        command = RecordRatings(unit, tuple(presses), ACT.at, compared=presses[-1].seq)
        self.survey.append(Append(f"kiosk-{unit}", ACT, AtHead(command)))

    @rule(unit=st.sampled_from(UNITS), score=st.integers(0, 7))
    def bring_in(self, unit: str, score: int) -> None:
        stands = self.survey.head(tallying_stream("r")).state
        if stands and b'"closing"' not in stands:
            command = BringInTallies("r", unit, (OutsideTally("can-bo", "official", str(score), "7"),))
            self.survey.append(Append(tally_stream("r", unit), ACT, unit_tallies_at_head(command)))

    @rule()
    def close_tallies(self) -> None:
        if self.survey.head(tallying_stream("r")).state:
            self.survey.append(Append(tallying_stream("r"), ACT, tallying_at_head(CloseRating("r"))))

    @rule(size=st.integers(1, 40))
    def count_presses(self, size: int) -> None:
        if page := self.survey.recorded(self.counted)[:size]:
            counted = count(page, self.surveys)
            world = World(cast("Log", self.survey), cast("AsyncEngine", None), lambda: NOON)
            for append in _appends(world, counted):
                self.survey.append(append)
            self.counted, self.surveys = counted.seen, counted.surveys

    # what the bus does

    @rule(at=st.integers(0, 99), size=st.integers(1, 6))
    def relay(self, at: int, size: int) -> None:
        self.services.carrier.send(self.lane(at), size)

    @rule(at=st.integers(0, 99), which=st.integers(0, 99), again=st.booleans())
    def deliver(self, at: int, which: int, *, again: bool) -> None:
        if under_way := self.lane(at).under_way:
            self.services.carrier.receive(self.lane(at), under_way[which % len(under_way)])
            if not again:
                del under_way[which % len(under_way)]

    @rule(at=st.integers(0, 99))
    def lose(self, at: int) -> None:
        del self.lane(at).under_way[:1]

    def lane(self, at: int) -> Lane:
        return self.services.carrier.lanes[at % len(self.services.carrier.lanes)]

    @rule()
    def everything_arrives(self) -> None:
        self.services.carrier.catch_up()
        self.scores_are_what_a_recount_gives()

    # what publication does

    @rule()
    def freeze(self) -> None:
        if not any(table == "rounds" for table, _ in self.services.heard):
            return
        before = len(self.result.facts)
        try:
            draft = draft_of(self.services.materials())
            self.result.wish(FreezeResult(self.services.materials().opened, draft.settlement, draft.checksum, "why"))
        except Refused:
            assert len(self.result.facts) == before
            return
        self.shelf.append(draft.snapshot)

    @rule(data=st.data(), alike=st.booleans(), reopened=st.sampled_from(["", "", "before the tallies close", "after"]))
    def the_round_ends(self, data: st.DataObject, *, alike: bool, reopened: str) -> None:
        self.everything_arrives()
        self.everybody_finishes(data, alike=alike)
        if reopened.startswith("before"):
            self.reopen(set())
        self.everything_arrives()
        self.close_tallies()
        self.count_presses(10_000)
        self.everything_arrives()
        if reopened == "after":
            self.reopen(set())
            self.everything_arrives()
        editions = len(self.shelf)
        self.freeze()
        assert self.round.state.closed == (not reopened)
        if reopened:
            assert len(self.shelf) == editions
        else:
            assert self.result.facts[-1].settling == self.round.state.closing

    @precondition(lambda self: self.shelf and self.round.state.closed)
    @rule(data=st.data(), units=st.sets(st.sampled_from(UNITS), min_size=1))
    def correct(self, data: st.DataObject, units: set[str]) -> None:
        self.reopen(units)
        for unit in sorted(units):
            self.appraise(unit, data)
        self.close()

    def teardown(self) -> None:
        if hasattr(self, "set"):
            self.everything_arrives()
            self.the_entries_tell_what_everybody_knows()
            self.nothing_settles_that_was_reopened()
            self.a_rebuilt_scoring_has_the_same_digest()
            self.every_edition_is_what_a_replay_gives()

    def scores_are_what_a_recount_gives(self) -> None:
        expected = recounted(self.set, self.assessment.recorded(), self.survey.recorded())
        found = {
            score.unit: tuple(map(from_wire, (score.appraisal, score.survey, score.maximum, score.index)))
            for score in self.services.scores()
        }
        assert found == expected

    def the_entries_tell_what_everybody_knows(self) -> None:
        for stream in (self.round, self.result, *self.sheets.values()):
            assert stream.replayed() == stream.state

    def nothing_settles_that_was_reopened(self) -> None:
        undone = 0
        for fact in self.services.ledgers["scoring"].facts(settling_stream_of("r")):
            if isinstance(fact, ReopeningSeen):
                undone = max(undone, fact.closing)
            assert not isinstance(fact, Settled) or all(at.closing > undone for at in fact.vector[:1])

    def a_rebuilt_scoring_has_the_same_digest(self) -> None:
        rebuilt = self.replayed([])
        assert digest_of(rebuilt.scores()) == digest_of(reversed(self.services.scores()))

    def every_edition_is_what_a_replay_gives(self) -> None:
        for fact, sealed in zip(self.result.facts, self.shelf, strict=True):
            assert isinstance(fact, ResultsFrozen)
            replayed = self.replayed(fact.vector).materials()
            args = list(fact.vector), fact.formula
            assert snapshot_of(replayed.opened, replayed.sets, replayed.scores, *args) == sealed
            until = {at.source: at.position for at in fact.vector}
            said = self.assessment.recorded()[: until["assessment"]], self.survey.recorded()[: until["survey"]]
            check_table(sealed, recounted(self.set, *said))

    def replayed(self, vector: Sequence[SourcePosition]) -> Services:
        """Scoring and publication anew, fed contract by contract, the sources one after the other, up to a vector."""
        anew = Services({"assessment": self.assessment, "survey": self.survey})
        until = {at.source: at.position for at in vector}
        for lane in reversed(anew.carrier.lanes):
            if lane.listener == "scoring":
                for event in anew.carrier.contracts(lane, 0, until.get(lane.source, EVERYTHING)):
                    anew.carrier.hear(lane, [event])
        for lane in anew.carrier.lanes:
            if lane.listener == "publication":
                anew.carrier.hear(lane, anew.carrier.contracts(lane, 0, until.get(lane.source, EVERYTHING)))
        return anew


def named(figures: Mapping[str, str]) -> tuple[Figure, ...]:
    return tuple(Figure(name=name, value=value) for name, value in figures.items())


def findings_of(code: str) -> st.SearchStrategy[ProposedFinding]:
    corrected = [ProposedFinding(code, figures=named(given), comment="vì") for given in FIGURES[code]]
    excused = ProposedFinding(code, applicable=False, comment="vì")
    by_points = ProposedFinding(code, points="0.75", comment="vì")
    return st.sampled_from([ProposedFinding(code, upheld=True), *corrected, excused, by_points])


Row = tuple[Fraction, ...]
"""Appraisal, survey, applicable maximum, index."""


def recounted(known: CriteriaSet, assessment: Sequence[Recorded], survey: Sequence[Recorded]) -> dict[str, Row]:
    """Every unit's numbers, all at once from the last word of each source."""
    found = {each.fact.unit: each.fact.findings for each in assessment if isinstance(each.fact, AppraisalCompleted)}
    told = {(each.fact.unit, each.fact.question): each.fact for each in survey if isinstance(each.fact, TallyUpdated)}
    return {unit: _row_of(known, found.get(unit, ()), unit, told) for unit in UNITS}


def _row_of(
    known: CriteriaSet, findings: Sequence[Finding], unit: str, told: Mapping[tuple[str, str], TallyUpdated]
) -> Row:
    full = known.not_applicable is NotApplicable.FULL_MARKS
    appraisal, maximum = Fraction(0), Fraction(17)
    for finding in findings:
        most = Fraction(RULES[finding.criterion][0])
        if finding.applicable:
            appraisal += Fraction(finding.points) if finding.points else _worth(finding)
        else:
            appraisal, maximum = (appraisal + most, maximum) if full else (appraisal, maximum - most)
    survey = _asked(told.get((unit, "hai-long"))) * 3 + _asked(told.get((unit, "can-bo"))) * 2
    return appraisal, survey, maximum, (appraisal + survey) / maximum * 100


def _worth(finding: Finding) -> Fraction:
    figures = {figure.name: figure.value for figure in finding.figures}
    share = Fraction(figures["done"]) / Fraction(figures["planned"]) if "planned" in figures else Fraction(0)
    value = Fraction(figures["value"]) if "value" in figures else share * 100
    match finding.criterion:
        case "1.1":
            return Fraction(figures["points"])
        case "1.4":
            return Fraction((value > 90) + (value >= 70))
        case "1.6":
            return min(share, Fraction(1)) * 3 if share >= Fraction(4, 5) else Fraction(0)
    [word] = figures.values()
    return {"yes": Fraction(1), "on_time": Fraction(1), "late": Fraction(1, 2), "a": Fraction(2)}.get(
        word, Fraction(3, 2) if word == "b" else Fraction(0)
    )


def _asked(tally: TallyUpdated | None) -> Fraction:
    if tally is None:
        return Fraction(0)
    if tally.score:
        return Fraction(tally.score) / Fraction(tally.out_of)
    counts = {each.option: each.count for each in tally.counts}
    return Fraction(counts.get("5", 0), sum(counts.values()))


def check_table(sealed: bytes, expected: Mapping[str, Row]) -> None:
    """The sealed numbers are the recounted ones, and a rank counts who is strictly better in the block."""
    for block in read_snapshot(sealed).blocks:
        indices = {unit.code: expected[unit.code][3] for unit in block.units}
        for unit in block.units:
            numbers = tuple(map(from_wire, (unit.appraisal, unit.survey, unit.maximum, unit.index)))
            assert numbers == expected[unit.code]
            assert unit.published.rank == 1 + sum(other > indices[unit.code] for other in indices.values())
            assert unit.published.band == ("A" if numbers[3] >= 80 else "B" if numbers[3] >= 50 else "C")
        assert [unit.published.rank for unit in block.units] == sorted(unit.published.rank for unit in block.units)


def test_the_units_of_this_round_meet_in_every_partition() -> None:
    assert {partition_of(unit, PARTITIONS) for unit in UNITS} == set(range(PARTITIONS))


def test_any_round_in_any_order_is_published_as_a_recount_has_it() -> None:
    run_state_machine_as_test(AnyRound, settings=settings(max_examples=40, stateful_step_count=30, deadline=None))
