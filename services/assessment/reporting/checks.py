"""Checks of a sheet before it moves on, pure: whether the leader has it, and whether it lacks something."""

from assessment.opening.terms import Terms
from assessment.reporting.refusals import PartsNotReportedError, SelfScoreIncompleteError, SelfScoreNotSentError
from assessment.self_scoring.checks import check_with_unit, missing_from, unreported
from assessment.self_scoring.state import Sheet, SheetState
from parindex.refusal import first_places


def check_sent(sheet: Sheet) -> None:
    """Refuse what only a leader's sheet allows: a recall, an approval, a return."""
    if sheet.state is SheetState.SENT:
        return
    check_with_unit(sheet)
    raise SelfScoreNotSentError


def check_complete(terms: Terms, sheet: Sheet) -> None:
    """Refuse a self-score that lacks something, or a part that its agency has not reported; the places name all."""
    check_lacks_nothing(terms, sheet)
    if waiting := unreported(terms, sheet):
        raise PartsNotReportedError(waiting)


def check_lacks_nothing(terms: Terms, sheet: Sheet) -> None:
    """Refuse a self-score, or the part that the terms have, that lacks something; the places name all of it."""
    if places := first_places(part.place for part in missing_from(terms, sheet)):
        raise SelfScoreIncompleteError(places)
