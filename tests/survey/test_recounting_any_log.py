"""An auditor's recount finds any changed press or tally, and nothing in an unchanged log."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as rewritten

from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.discrepancy import Discrepancy
from parindex.eventstore.registry import Recorded
from parindex.testing.memory_log import METADATA, MemoryLog
from survey.admitting.commands import CloseRating, OpenSurvey
from survey.admitting.decisions import surveying
from survey.admitting.events import tally_stream, tallying_stream
from survey.admitting.opened_rounds import OpenedRounds
from survey.admitting.questions import Asked, Surveyed
from survey.admitting.state import SURVEY_CODEC
from survey.rating.events import RatingRecorded
from survey.recounting import TallyRecount
from survey.service import SERVICE
from survey.tallying.commands import CloseTally
from survey.tallying.counting import count
from survey.tallying.decisions import tallying, unit_tallies
from survey.tallying.events import TallyUpdated
from survey.tallying.state import TALLIES_CODEC

BLOCK = Surveyed(criteria_set="bo", questions=(Asked(question="q"),), units=("H09.1", "H09.2"))


@st.composite
def logs(draw: st.DrawFn) -> list[Recorded]:
    """Presses in some pages, each counted; then the closing."""
    memory_log, rounds, seen = MemoryLog("survey", SERVICE.types), OpenedRounds(), 0
    opened = decide_at_head(surveying, OpenSurvey("H09", "r", (BLOCK,)), SURVEY_CODEC)
    memory_log.append(Append(tallying_stream("r"), METADATA, opened))
    pages = draw(st.lists(st.text("159", min_size=1, max_size=4), min_size=1, max_size=4))
    for at, options in enumerate(pages):
        unit = BLOCK.units[at % 2]
        memory_log.append(pressed(unit, options))
        if at == len(pages) - 1:
            memory_log.append(
                Append(tallying_stream("r"), METADATA, decide_at_head(surveying, CloseRating("r"), SURVEY_CODEC))
            )
        counted = count(memory_log.recorded(seen), rounds)
        for command in counted.commands():
            memory_log.append(
                Append(tally_stream("r", command.unit), METADATA, decide_at_head(unit_tallies, command, TALLIES_CODEC))
            )
        for _, position in counted.closings:
            memory_log.append(
                Append(
                    tallying_stream("r"), METADATA, decide_at_head(tallying, CloseTally("r", position), SURVEY_CODEC)
                )
            )
        rounds, seen = counted.opened, counted.seen
    return list(memory_log.recorded())


def pressed(unit: str, options: str) -> Append:
    facts = [RatingRecorded("k", unit, "q", "", seq, option, METADATA.at, 0) for seq, option in enumerate(options, 1)]
    return Append(f"kiosk-{unit}", METADATA, lambda _: Decided(facts))


def differences(log: Sequence[Recorded]) -> Sequence[Discrepancy]:
    recount = TallyRecount()
    for recorded in log:
        recount.see(recorded)
    return recount.differences()


@settings(max_examples=100)
@given(log=logs(), data=st.data())
def test_a_changed_press_or_tally_is_found(log: list[Recorded], data: st.DataObject) -> None:
    assert differences(log) == []
    touchable = [at for at, each in enumerate(log) if isinstance(each.fact, RatingRecorded | TallyUpdated)]
    at = data.draw(st.sampled_from(touchable), "touched")
    log[at] = rewritten(log[at], fact=data.draw(changed(log[at].fact), "changed"))
    assert differences(log) != []


def changed(fact: RatingRecorded | TallyUpdated) -> st.SearchStrategy[RatingRecorded | TallyUpdated]:
    """The same fact with something of it rewritten that counts."""
    if isinstance(fact, RatingRecorded):
        options = [option for option in "1592" if option != fact.option]
        units = [unit for unit in (*BLOCK.units, "H09.9") if unit != fact.unit]
        return st.one_of(
            st.sampled_from(options).map(lambda option: replace(fact, option=option)),
            st.sampled_from(units).map(lambda unit: replace(fact, unit=unit)),
            st.just(replace(fact, question="other")),
        )
    first, *others = fact.counts
    more = st.integers(1, 9).map(lambda extra: (rewritten(first, count=first.count + extra), *others))
    return more.map(lambda counts: replace(fact, counts=counts))
