"""The routes are tested on a system with an announced round."""

import pytest
from tests.journeys.all_kinds import ALL_KINDS

from parindex_cli.local.embedded import System
from parindex_cli.testing.journeys import drive, gateway_of


@pytest.fixture
async def announced(embedded_system: System) -> System:
    async with gateway_of(embedded_system) as way:
        await drive(way, ALL_KINDS)
    return embedded_system
