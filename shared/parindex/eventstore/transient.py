"""Which errors pass by themselves, so that trying again is right, and which stay, so that somebody has to look."""

import asyncpg
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

PASSING_CLASSES = ("08", "40", "53", "57P")
"""SQLSTATE classes: connection lost, transaction rolled back, no resources, server going or coming."""
PASSING_STATES = frozenset({"55P03", "57014", "25P03", "25P04", "25006", "3D000", "28000", "28P01"})
"""Lock not available, query cancelled, session or transaction took too long; a server that is not yet, or no longer,
the one that holds our database and our role."""
PASSING_NAMES = frozenset({"InvalidCachedStatementError"})
"""A prepared plan met a table or a view that was changed meanwhile; asyncpg and SQLAlchemy each have one."""


class TransientError(Exception):
    """A handler raises it where trying again later is right."""


def is_transient(error: BaseException) -> bool:
    """Return whether an error is likely to be gone when the same is tried again."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_transient, error.exceptions))
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _passes(error.orig) or _passes(error.orig and error.orig.__cause__)
    return isinstance(error, TransientError | PoolTimeoutError | PendingRollbackError) or _passes(error)


def is_of_the_program(error: BaseException) -> bool:
    """Return whether an error says that statements and tables do not fit (SQLSTATE class 42): no data is at fault."""
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
