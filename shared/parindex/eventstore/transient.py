"""Transient errors: those that pass by themselves, so that a retry is right. An operator has to look at all others."""

import asyncpg
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

PASSING_CLASSES = ("08", "40", "53", "57P")
"""SQLSTATE classes: connection lost, transaction rolled back, no resources, server stopping or starting."""
PASSING_STATES = frozenset({"55P03", "57014", "25P03", "25P04", "25006", "3D000", "28000", "28P01"})
"""SQLSTATE codes: lock not available, query cancelled, session or transaction took too long; and those of a server that
does not yet, or no longer, hold the database and the role."""
PASSING_NAMES = frozenset({"InvalidCachedStatementError"})
"""A prepared plan was invalidated by a changed table or view; asyncpg and SQLAlchemy each have such an error."""


class TransientError(Exception):
    """A handler raises it where a later retry is right."""


def is_transient(error: BaseException) -> bool:
    """Return whether an error is likely to be gone on a retry."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_transient, error.exceptions))
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _passes(error.orig) or _passes(error.orig and error.orig.__cause__)
    return isinstance(error, TransientError | PoolTimeoutError | PendingRollbackError) or _passes(error)


def is_of_the_program(error: BaseException) -> bool:
    """Return whether statements and tables do not fit (SQLSTATE class 42): the program is the cause, not the data."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (getattr(cause, "sqlstate", None) or "").startswith("42")


def _passes(error: BaseException | None) -> bool:
    if isinstance(error, OSError):  # every kind of lost connection, and TimeoutError
        return True
    if isinstance(error, asyncpg.InternalClientError):  # a connection that was cut while the driver spoke on it
        return True
    if isinstance(error, asyncpg.InterfaceError):  # else it says that we called asyncpg wrongly
        return any(word in str(error) for word in ("closed", "closing", "released"))
    state = getattr(error, "sqlstate", None) or ""
    return state.startswith(PASSING_CLASSES) or state in PASSING_STATES or type(error).__name__ in PASSING_NAMES
