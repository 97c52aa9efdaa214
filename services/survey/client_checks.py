"""The checks of survey that a client may call before it sends a command."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from parindex.client_checks import ClientChecks, Rehearsal
from parindex.contracts.criteria import CriteriaSet
from parindex.refusal import Place
from survey.admitting.questions import asked_in, options_for, rules_for
from survey.enrolling.state import STARS


def _rehearse(now: datetime) -> Rehearsal:
    from survey.rehearsal import SurveyRehearsal

    return SurveyRehearsal(now)


def counted_options(criteria_set: CriteriaSet, question: str, group: str) -> tuple[str, ...] | None:
    """Return the options that count for a question asked of a group; None where the set does not ask it."""
    return options_for(asked_in(criteria_set), question, group)


def options_by_rule(criteria_set: CriteriaSet, question: str, group: str) -> list[tuple[str, ...]]:
    """Return the options to which each rule that takes a group's answers to a question gives a share."""
    return [each.options for each in rules_for(asked_in(criteria_set), question, group)]


def buttons_of(options: Sequence[str]) -> Sequence[str]:
    """Return the buttons of a kiosk that is registered with these options; none named: those of every kiosk."""
    return options or STARS


def mistakes_in_tally(body: object, criteria_set: CriteriaSet, at: str) -> list[Place]:
    """Return the mistakes of an outside survey's result: those of its body; if it has none, those by what is asked.

    `body` is the result as it would be sent, `at` its place.
    """
    from survey.rehearsal import mistakes_in_result

    return [replace(place, at=f"{at}{place.at}") for place in mistakes_in_result(body, asked_in(criteria_set))]


CHECKS = ClientChecks(
    checks={
        "counted_options": counted_options,
        "options_by_rule": options_by_rule,
        "buttons": buttons_of,
        "tally": mistakes_in_tally,
    },
    rehearse=_rehearse,
)
