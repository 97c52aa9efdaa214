"""The routes are tested on a system with an announced round."""

import pytest
from tests.doors.announced_round import EVIDENCE, REAL
from tests.journeys.all_kinds import ALL_KINDS

from parindex_cli.local.embedded import System
from parindex_cli.testing.journeys import drive, gateway_of


@pytest.fixture
async def announced(embedded_system: System) -> System:
    async with gateway_of(embedded_system) as way:
        await drive(way, ALL_KINDS)
    async with embedded_system.client("don-vi", f"unit@{REAL['unit']}") as http:
        address = f"/assessment/v1/rounds/{REAL['round']}/units/{REAL['unit']}/files"
        named = {"Content-Disposition": 'attachment; filename="anh.png"'}
        assert (await http.post(address, content=EVIDENCE, headers=named)).status_code == 201
    return embedded_system
