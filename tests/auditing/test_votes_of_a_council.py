"""In a round with a council, the audit names a decision that no votes carry, and a completion before a decision."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.auditing.test_stages_of_values import (
    AGREED,
    CUT,
    DECIDED,
    OPENED,
    SECOND,
    UPHELD,
    Facts,
    added,
    at,
    audited,
    changed,
    moved,
    whole,
    without,
)

from assessment.opening.stages import CouncilVotes
from assessment.self_scoring.events import CriterionReferred

VOTES = CouncilVotes(1, 5, 4, 3, 1, 0)
REFERRED = CriterionReferred(OPENED.round, DECIDED.unit, "1", "reason:2")
UNSETTLED = replace(CUT, stage=SECOND)
OF_REFERRED = replace(DECIDED, votes=(VOTES,))
OF_UNSETTLED = replace(DECIDED, criterion="2", votes=(replace(VOTES, session=2),))
BEFORE = [replace(OPENED, council=True) if fact == OPENED else fact for fact in AGREED[:-2]]
DELIBERATED: Facts = [*BEFORE, UNSETTLED, REFERRED, OF_REFERRED, OF_UNSETTLED]
ANEW = replace(OF_REFERRED, votes=(replace(VOTES, session=2, replaces=1),))


def test_what_sessions_decided_agrees() -> None:
    assert audited(whole(DELIBERATED)) == []
    assert audited(whole([*DELIBERATED, ANEW])) == []


TAMPERINGS: dict[str, Callable[[Facts], tuple[Facts, Any]]] = {
    "a decision without votes": changed(OF_REFERRED, votes=()),
    "votes that do not carry": changed(OF_REFERRED, votes=(replace(VOTES, in_favour=1, against=3),)),
    "votes of half of the members": changed(OF_REFERRED, votes=(replace(VOTES, members=8),)),
    "more votes than members who took part": changed(OF_REFERRED, votes=(replace(VOTES, taking_part=3),)),
    "more who took part than members": changed(OF_REFERRED, votes=(replace(VOTES, members=3),)),
    "a tie without the member who presided": changed(OF_REFERRED, votes=(replace(VOTES, in_favour=2, against=2),)),
    "a decision before the referral": moved(OF_REFERRED, REFERRED),
    "a second decision that replaces none": added(replace(OF_REFERRED, by="z"), OF_UNSETTLED),
    "a decision that replaces another one": changed(OF_UNSETTLED, votes=(replace(VOTES, replaces=1),)),
    "a referral in a round without a council": lambda facts: (
        [replace(each, council=False) if each == facts[1] else each for each in facts],
        REFERRED,
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_decision_that_no_votes_carry_is_named_with_its_place(tampering: str) -> None:
    facts, wrong = TAMPERINGS[tampering](DELIBERATED)
    assert at(facts, wrong) in audited(whole(facts))


@pytest.mark.parametrize("missing", [OF_REFERRED, OF_UNSETTLED])
def test_a_completion_before_a_decision_is_named_with_its_place(missing: Any) -> None:
    facts = without(DELIBERATED, missing)
    assert ("A3", f"assessment/{len(facts) + 1}") in audited(whole(facts))


def test_votes_in_a_round_without_a_council_are_named() -> None:
    facts, wrong = changed(UPHELD, votes=(VOTES,))(AGREED)
    assert at(facts, wrong) in audited(whole(facts))
