"""A correlation id that was made here names a span; any other names none."""

import pytest
from starlette.types import Scope

from parindex.http.correlation import correlation_of
from parindex.tracing.origins import MOST, correlation_id, origins

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
MADE_HERE = f"{TRACE}-{SPAN}"


def asked(*headers: tuple[str, str]) -> Scope:
    return {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers]}


def test_a_new_correlation_id_names_a_span_whether_or_not_anybody_traces() -> None:
    [origin] = origins([made := correlation_of(asked())])
    assert correlation_id(origin) == made
    assert origins([correlation_of(asked())]) != [origin]


def test_the_callers_trace_goes_on_under_a_span_of_our_own() -> None:
    [origin] = origins([correlation_of(asked(("traceparent", f"00-{TRACE}-{SPAN}-01")))])
    assert (f"{origin.trace_id:032x}", f"{origin.span_id:016x}" == SPAN) == (TRACE, False)


@pytest.mark.parametrize(
    "wrong", ["", "x", f"00-{TRACE}-{SPAN}", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE.upper()}-x-01"]
)
def test_a_malformed_trace_of_the_caller_is_no_trace(wrong: str) -> None:
    [origin] = origins([correlation_of(asked(("traceparent", wrong)))])
    assert f"{origin.trace_id:032x}" != TRACE


def test_an_id_that_the_caller_brought_wins_over_the_trace() -> None:
    both = asked(("traceparent", f"00-{TRACE}-{SPAN}-01"), ("x-correlation-id", "trip-7"))
    assert correlation_of(both) == "trip-7"


@pytest.mark.parametrize(
    "foreign", ["trip-7", "survey/120", "", f"{'0' * 32}-{SPAN}", f"{TRACE}-{'0' * 16}", MADE_HERE + "0"]
)
def test_other_ids_name_no_span(foreign: str) -> None:
    assert origins([foreign]) == []


def test_a_span_is_named_once_and_not_more_than_a_span_may_link_to() -> None:
    assert len(origins([MADE_HERE, "trip-7", MADE_HERE])) == 1
    assert len(origins(f"{TRACE}-{n:016x}" for n in range(1, 500))) == MOST
