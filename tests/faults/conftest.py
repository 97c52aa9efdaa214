"""Faults, then a count: each acknowledged event is there once, positions are dense, numbers and checksums are the same.

Some faults are injected where their part is tested, and not here a second time:

    a broker killed with full queues, and in the middle of traffic      tests/shared/bus/test_rabbit.py
    a queue purged, a queue deleted by hand                             tests/shared/bus/test_rabbit.py
    two relays at once, the older one fenced                            tests/shared/bus/test_relay.py
    contracts that come twice, late, in another order or not at all     tests/shared/bus/test_conformance_*.py
    a bus that drops, doubles, reorders and delays under whole rounds   tests/journeys/
    a contract that can't be applied, and what waits behind it          parindex.testing.conformance
    recorded times when the database's clock jumps backwards            tests/shared/eventstore/test_log.py
    a server, its owner or its guard killed                             tests/shared/servers/
    a body that is too large, at the middleware                         tests/shared/http/test_limits.py
    floods and guesses, counted by a monotonic clock                    tests/shared/auth/
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from parindex.testing.bus_fixture import BusFixture, open_bus_fixture
from parindex.testing.postgres import Databases
from parindex_cli.testing.journeys import gateway, system

__all__ = ["gateway", "system"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark all tests of this folder as slow: `make test` runs them with all others, `make faults` alone."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("slow")
            item.add_marker("faults")


@pytest_asyncio.fixture
async def bus_fixture(database: Databases) -> AsyncIterator[BusFixture]:
    async with open_bus_fixture(database) as bus_fixture:
        yield bus_fixture
