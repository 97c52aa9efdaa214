"""From a file to what a citizen reads: calmly, with a shaken bus, and the second run."""

from pathlib import Path

import pytest
from tests.journeys.all_kinds import ALL_KINDS

from parindex.auth.principal import Role
from parindex.rounds.checking import load_round
from parindex.rounds.comparing import compare
from parindex.rounds.driving import Driver
from parindex.rounds.file import RoundFile
from parindex.rounds.sending import Gateway, RoundStepError
from parindex.running.embedded import System
from parindex.testing.journeys import drive

SELF_SCORING = 4
"""The number of that step of a round."""
SHIPPED = Path(__file__).parents[2] / "deploy" / "demo"
FILES = [SHIPPED / "binhduong-2017-districts.yaml", SHIPPED / "vinhphuc-2019.yaml", ALL_KINDS]


def assert_as_published(described: RoundFile, result: dict[str, object]) -> None:
    """Every published row is there, and none differs."""
    blocks = compare(described, result)
    assert [block.block for block in blocks] == [block.code for block in described.blocks]
    assert sum(len(block.rows) for block in blocks) == sum(len(block.rows) for block in described.published)
    assert [block.differences for block in blocks] == [0] * len(blocks)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_no_row_differs_from_the_published_table(gateway: Gateway, path: Path) -> None:
    assert_as_published(*await drive(gateway, path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_bus_that_drops_doubles_and_reorders_changes_no_number(shaken_gateway: Gateway, path: Path) -> None:
    assert_as_published(*await drive(shaken_gateway, path))


@pytest.mark.quick
async def test_a_second_run_repeats_nothing(gateway: Gateway, system: System) -> None:
    async def heads() -> dict[str, int]:
        told = ("assessment", "scoring", "publication")  # a kiosk that enrols again is a fact of survey
        return {name: await system.resources[name].world.log.head() for name in told}

    _, first = await drive(gateway, ALL_KINDS)
    before = await heads()
    _, second = await drive(gateway, ALL_KINDS)
    assert second == first
    assert await heads() == before


async def test_a_file_that_was_refused_halfway_is_mended_and_run_to_its_end(gateway: Gateway, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(ALL_KINDS.read_text("utf-8").replace('pressed_at: "2026-06-01T02', 'pressed_at: "2099-06-01T02'))
    with pytest.raises(RoundStepError, match="kiosks/k1/ratings"):
        await drive(gateway, broken)
    assert_as_published(*await drive(gateway, ALL_KINDS))


async def test_a_unit_that_submitted_withdraws_before_a_mended_file_claims_for_it(
    gateway: Gateway, tmp_path: Path
) -> None:
    described = load_round(ALL_KINDS)
    async for step in Driver(gateway, described).run():
        if step == SELF_SCORING:
            break
    mended = tmp_path / "mended.yaml"
    mended.write_text(ALL_KINDS.read_text("utf-8").replace("Chưa đủ tài liệu", "Thiếu tài liệu"))
    with pytest.raises(RoundStepError, match=r"H10\.01/claims"):
        await drive(gateway, mended)
    await withdraw(gateway, described.round, "H10.01")
    assert_as_published(*await drive(gateway, mended))


async def withdraw(gateway: Gateway, round_id: str, unit: str) -> None:
    headers = {"Authorization": f"Bearer {await gateway.token(Role.UNIT, unit)}"}
    path = f"/v1/rounds/{round_id}/units/{unit}/self-score/withdrawal"
    (await gateway.clients["assessment"].post(path, json={}, headers=headers)).raise_for_status()


async def test_the_citizens_page_shows_the_same_numbers(gateway: Gateway) -> None:
    described, result = await drive(gateway, FILES[0])
    page = (await gateway.clients["publication"].get(f"/rounds/{described.round}")).text
    for row in result["blocks"][0]["rows"]:
        assert row["unit"] in page
        assert row["index"].replace(".", ",") in page
