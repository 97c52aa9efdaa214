"""What is asked about whom: the parts of a criteria set and of a round that tallying knows."""

from collections.abc import Iterable

from parindex.contracts.base import Part


class Asked(Part, frozen=True, kw_only=True):
    """A question that a criteria set asks a respondent group (none named: all). No options: any option counts."""

    question: str
    group: str = ""
    options: tuple[str, ...] = ()


class Surveyed(Part, frozen=True, kw_only=True):
    """A block of a round: what is asked about which units."""

    criteria_set: str
    questions: tuple[Asked, ...]
    units: tuple[str, ...]


def options_for(asked: Iterable[Asked], question: str, group: str) -> tuple[str, ...] | None:
    """Return the options that count for a question asked of a group: none named, any; None where it is not asked.

    A rule that names no group takes the tallies of all groups together.
    """
    fitting = [one for one in asked if one.question == question and one.group in ("", group)]
    if not fitting:
        return None
    if any(not one.options for one in fitting):
        return ()
    return tuple(dict.fromkeys(option for one in fitting for option in one.options))
