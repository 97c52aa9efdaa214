import pytest
from tests.survey.whole_streams import WHOLE_ROUND

from parindex.contracts.survey import OptionCount, SetAside
from parindex.contracts.unknown import RoundUnknownError
from parindex.testing.rules import Rules
from survey.admitting.commands import CloseRating, LearnQuestions, OpenSurvey
from survey.admitting.decisions import learning
from survey.admitting.events import RatingClosed, SetQuestionsLearned, SurveyOpened
from survey.admitting.questions import Asked, Surveyed, options_for, options_of_older
from survey.admitting.state import Survey, UnitTally
from survey.tallying.commands import BringInTallies, CloseTally, CountPresses, ReceiveOutsideTallies
from survey.tallying.counting import totals_of
from survey.tallying.decisions import unit_tallies
from survey.tallying.events import OutsideTalliesReceived, PressesSetAside, TallyClosed, TallyUpdated
from survey.tallying.refusals import TallyClosedError
from survey.tallying.state import OutsideTally, Presses

BLOCKS = (Surveyed(criteria_set="bo", questions=(Asked(question="q"),), units=("u",)),)
OPENED = SurveyOpened("H09", "r", BLOCKS)
KEY = ("q", "")


def counted(covers: int, **options: int) -> TallyUpdated:
    counts = tuple(OptionCount(option=option[1:], count=count) for option, count in options.items())
    return TallyUpdated("r", "u", "q", "", "kiosk", counts, "", "", covers)


def outside(score: str) -> TallyUpdated:
    return TallyUpdated("r", "u", "q", "", "outside", (), score, "35", 0)


def count(covers: int, presses: Presses, seen: int = 0) -> CountPresses:
    return CountPresses("r", "u", covers, seen or covers, {KEY: presses})


def test_a_set_is_learnt_once() -> None:
    learnt = SetQuestionsLearned("bo", (Asked(question="q"),))
    command = LearnQuestions("bo", learnt.questions)
    assert Rules(learning).when(command) == (learnt,)
    assert Rules(learning).given(learnt).when(command) == ()
    assert Rules(learning).given(SetQuestionsLearned("bo", ())).when(command) == ()


def test_a_round_goes_from_opening_over_the_cut_off_to_the_closing() -> None:
    opened = Rules(WHOLE_ROUND).after(OpenSurvey("H09", "r", BLOCKS))
    assert opened.history == (OPENED,)
    cut = opened.after(CloseRating("r"))
    assert cut.history == (OPENED, RatingClosed("r", 1))
    assert cut.when(CloseTally("r", 7)) == (TallyClosed("r", 1, 7),)


def test_an_opening_and_its_closings_happen_once() -> None:
    closed = Rules(WHOLE_ROUND).given(OPENED, RatingClosed("r", 1), TallyClosed("r", 1, 7))
    for again in (OpenSurvey("H09", "r", BLOCKS), CloseRating("r"), CloseTally("r", 9)):
        assert closed.when(again) == ()
    assert closed.state == Survey("H09", BLOCKS, closing=1, closed=True, covers=7)


def test_results_from_outside_come_in_until_the_cut_off() -> None:
    opened = Rules(WHOLE_ROUND).given(OPENED)
    assert opened.when(ReceiveOutsideTallies("r", 3)) == (OutsideTalliesReceived("r", 3),)
    with pytest.raises(TallyClosedError, match="round r are closed"):
        opened.given(RatingClosed("r", 1)).when(ReceiveOutsideTallies("r", 3))


def test_a_round_that_is_not_open_is_unknown() -> None:
    for command in (CloseRating("r"), ReceiveOutsideTallies("r", 1)):
        with pytest.raises(RoundUnknownError, match="no round “r”"):
            Rules(WHOLE_ROUND).when(command)


def test_counts_are_cumulative() -> None:
    first = Rules(unit_tallies).after(count(4, Presses({"5": 2})))
    assert first.history == (counted(4, o5=2),)
    second = first.after(count(9, Presses({"5": 1, "1": 3})))
    assert second.history[1:] == (counted(9, o1=3, o5=3),)
    assert second.when(count(12, Presses({"1": 1}))) == (counted(12, o1=4, o5=3),)
    assert second.state.line(*KEY) == UnitTally("q", "", "kiosk", {"1": 3, "5": 3}, covers=9)


def aside(late: int, unfit: int, covers: int, reasons: dict[str, int]) -> PressesSetAside:
    set_aside = tuple(SetAside(reason=reason, count=count) for reason, count in reasons.items())
    return PressesSetAside("r", "u", "q", "", late, unfit, covers, set_aside)


def test_late_presses_are_recorded_beside_the_tally() -> None:
    late = Rules(unit_tallies).given(counted(4, o5=2)).after(count(4, Presses(aside={"late": 3}), seen=9))
    assert late.history[1:] == (aside(3, 0, 9, {"late": 3}),)
    both = Presses(aside={"late": 1, "option-unknown": 1})
    assert late.when(count(4, both, seen=12)) == (aside(4, 1, 12, {"late": 4, "option-unknown": 1}),)


def test_presses_never_change_a_result_from_outside() -> None:
    given = Rules(unit_tallies).given(outside("28.75"))
    assert given.when(count(9, Presses({"5": 2, "1": 1}))) == (aside(0, 3, 9, {"outside-survey": 3}),)
    both = Presses({"5": 2}, {"late": 1, "outside-survey": 4})
    assert given.when(count(9, both)) == (aside(1, 6, 9, {"late": 1, "outside-survey": 6}),)


def test_presses_set_aside_before_reasons_were_recorded_keep_their_two_sums() -> None:
    older = Rules(unit_tallies).given(PressesSetAside("r", "u", "q", "", 2, 5, 9))
    assert older.state.line(*KEY).aside == {"late": 2, "unfit": 5}
    more = older.after(count(9, Presses(aside={"late": 1, "outside-window": 4}), seen=12))
    assert more.state.line(*KEY).aside == {"late": 3, "outside-window": 4, "unfit": 5}


def test_a_closing_says_how_many_presses_count_and_how_many_do_not_and_why() -> None:
    rules = Rules(unit_tallies).given(counted(4, o5=2, o1=1), aside(9, 3, 9, {"late": 9, "option-unknown": 3}))
    assert totals_of([rules.state, Rules(unit_tallies).given(outside("28.75")).state]) == (
        3,
        (SetAside(reason="option-unknown", count=3),),
    )
    closed = TallyClosed("r", 1, 7, 3, (SetAside(reason="option-unknown", count=3),))
    assert Rules(WHOLE_ROUND).given(OPENED, RatingClosed("r", 1)).when(
        CloseTally("r", 7, closed.counted, closed.set_aside)
    ) == (closed,)


def test_a_result_from_outside_replaces_only_another_one() -> None:
    brought = Rules(unit_tallies).after(BringInTallies("r", "u", (OutsideTally("q", "", "28.75", "35"),)))
    assert brought.history == (outside("28.75"),)
    assert brought.state.line(*KEY) == UnitTally("q", "", "outside", score="28.75", out_of="35")
    assert brought.when(BringInTallies("r", "u", (OutsideTally("q", "", "28.75", "35"),))) == ()
    assert brought.when(BringInTallies("r", "u", (OutsideTally("q", "", "29", "35"),))) == (outside("29"),)


def test_a_result_from_outside_may_be_counts_by_option() -> None:
    tally = OutsideTally("q", "g", counts=(("5", 2), ("1", 3)))
    (fact,) = Rules(unit_tallies).when(BringInTallies("r", "u", (tally,)))
    counts = (OptionCount(option="1", count=3), OptionCount(option="5", count=2))
    assert fact == TallyUpdated("r", "u", "q", "g", "outside", counts, "", "", 0)


def test_a_question_without_a_group_is_asked_of_every_group() -> None:
    asked = (Asked(question="q", options=("1", "2")), Asked(question="q", group="g", options=("2", "3")))
    assert options_for(asked, "q", "") == ("1", "2")
    assert options_for(asked, "q", "g") == ("2",)
    assert options_for(asked[1:], "q", "") is None
    assert options_for((*asked, Asked(question="q", group="g")), "q", "g") == ()
    assert options_of_older((*asked, Asked(question="q", group="g")), "q", "g") == ()
    assert options_of_older(asked, "q", "g") == ("1", "2", "3")
