"""Which failures of a handler pass by themselves, and which are the contract's own."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from parindex.eventstore.transient import TransientError, is_transient

PASSES = ["08006", "40001", "40P01", "53100", "53300", "55P03", "57014", "57P01", "57P03", "25P03", "25P04"]
STAYS = ["23505", "22P02", "42P01", "25P02", "XX000"]
LOST = (TransientError(), PoolTimeoutError(), TimeoutError(), ConnectionResetError())


def said(state: str) -> Exception:
    error: Exception = asyncpg.PostgresError.new({"C": state, "M": "m"})
    return error


@pytest.mark.parametrize("state", PASSES)
def test_what_the_database_could_not_do_now_it_may_do_later(state: str) -> None:
    assert is_transient(said(state))
    assert is_transient(DBAPIError("SELECT 1", {}, said(state)))


@pytest.mark.parametrize("error", [*LOST, asyncpg.InterfaceError("connection is closed")], ids=repr)
def test_a_lost_connection_comes_back(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize("error", [ValueError(), asyncpg.InterfaceError("wrong"), *map(said, STAYS)], ids=repr)
def test_what_is_wrong_stays_wrong(error: Exception) -> None:
    assert not is_transient(error)
