"""The questions of criteria sets and rounds: parts of events and states. Pure."""

from collections.abc import Iterable

from parindex.contracts.base import Part
from parindex.contracts.criteria import CriteriaSet, SurveyPoints

Question = tuple[str, str, str]
"""Unit, question, group."""

QuestionKey = tuple[str, str]
"""Question and respondent group."""


class Asked(Part, frozen=True, kw_only=True):
    """A question that a criteria set asks a respondent group (none named: all), and the options with a share."""

    question: str
    group: str = ""
    options: tuple[str, ...] = ()


class Surveyed(Part, frozen=True, kw_only=True):
    """A block of a round: its units, and the questions about them."""

    criteria_set: str
    questions: tuple[Asked, ...]
    units: tuple[str, ...]


def asked_in(criteria_set: CriteriaSet) -> tuple[Asked, ...]:
    """Return what a set asks: its survey rules, without repetitions."""
    rules = [criterion.rule for criterion in criteria_set.criteria if isinstance(criterion.rule, SurveyPoints)]
    asked = [
        Asked(question=rule.question, group=rule.group, options=tuple(share.option for share in rule.shares))
        for rule in rules
    ]
    return tuple(one for index, one in enumerate(asked) if one not in asked[:index])


def asked_by_unit(blocks: Iterable[Surveyed]) -> dict[str, tuple[Asked, ...]]:
    """Return what the blocks of a round ask of each unit."""
    return {unit: block.questions for block in blocks for unit in block.units}


def options_for(asked: Iterable[Asked], question: str, group: str) -> tuple[str, ...] | None:
    """Return the options that count for a question asked of a group; None where it is not asked.

    A rule that names no group takes the tallies of all groups together. An option counts if each rule that takes it
    has a share for it: else no points could be computed, and the round could not be settled.
    """
    fitting = rules_for(asked, question, group)
    if not fitting:
        return None
    first, *others = fitting
    return tuple(option for option in first.options if all(option in each.options for each in others))


def options_of_older(asked: Iterable[Asked], question: str, group: str) -> tuple[str, ...] | None:
    """Return the options that counted until version 2 of RatingRecorded: those of any rule; () means any."""
    fitting = rules_for(asked, question, group)
    if not fitting:
        return None
    if any(not one.options for one in fitting):
        return ()
    return tuple(dict.fromkeys(option for one in fitting for option in one.options))


def rules_for(asked: Iterable[Asked], question: str, group: str) -> list[Asked]:
    """Return the rules that take the answers of a group to a question: those of the group, and those of all groups."""
    return [one for one in asked if one.question == question and one.group in ("", group)]
