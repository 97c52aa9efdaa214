"""From a round file to the page that a citizen reads: with a normal bus, with a faulty one, and in a second run."""

from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.journeys.all_kinds import ALL_KINDS
from tests.journeys.cut_runs import cut_off
from tests.journeys.tables import assert_as_published

from parindex.auth.principal import Role
from parindex.service import installed_services
from parindex.testing.postgres import Databases
from parindex.testing.serving import NOON
from parindex_cli.local.embedded import System
from parindex_cli.rounds.calls import identities
from parindex_cli.rounds.checking import load_round
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.gateways import CredentialsError
from parindex_cli.rounds.refusals import RoundStepError
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.embedded import system_over
from parindex_cli.testing.journeys import drive, gateway_of

PRESSES, SELF_SCORING = 2, 4
"""The numbers of these steps of a round."""
LEAST_CUTS = 4
"""Interruptions of a run of some twenty commands, each four commands after the previous one."""
SHIPPED = Path(__file__).parents[2] / "deploy" / "demo"
FILES = [SHIPPED / "binhduong-2017-districts.yaml", SHIPPED / "vinhphuc-2019.yaml", ALL_KINDS]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_no_row_differs_from_the_published_table(gateway: Gateway, path: Path) -> None:
    assert_as_published(*await drive(gateway, path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_bus_that_drops_doubles_and_reorders_changes_no_number(shaken_gateway: Gateway, path: Path) -> None:
    assert_as_published(*await drive(shaken_gateway, path))


@pytest.mark.quick
async def test_a_second_run_repeats_nothing(gateway: Gateway, system: System) -> None:
    async def heads() -> dict[str, int]:
        unchanged = ("assessment", "scoring", "publication")  # a kiosk that enrols again is an event of survey
        return {name: await system.resources[name].context.log.head() for name in unchanged}

    _, first = await drive(gateway, ALL_KINDS)
    before = await heads()
    _, second = await drive(gateway, ALL_KINDS)
    assert second == first
    assert await heads() == before


async def test_a_file_that_was_cut_off_is_fixed_and_repeats_nothing(
    gateway: Gateway, system: System, tmp_path: Path
) -> None:
    text, broken = ALL_KINDS.read_text("utf-8"), tmp_path / "broken.yaml"
    broken.write_text(text.replace("{points: 2.5}", "{points: 1.5}"), "utf-8")
    assert load_round(broken) != load_round(ALL_KINDS)
    assert await until(PRESSES, RoundDriver(gateway, load_round(broken))), "cut off after the first of three batches"
    log = system.resources["assessment"].context.log
    before = await log.head()
    assert await until(PRESSES, RoundDriver(gateway, load_round(ALL_KINDS)))
    assert await log.head() == before, "the set and the round are there"
    assert_as_published(*await drive(gateway, ALL_KINDS))


async def until(wanted: int, driver: RoundDriver) -> bool:
    """Run until the first request of a step is finished; return whether that step was reached."""
    async with aclosing(driver.run()) as steps:
        async for step in steps:
            if step == wanted:
                return True
    return False


async def test_a_run_that_is_cut_off_again_and_again_repeats_nothing_and_loses_nothing(
    gateway: Gateway, system: System, tmp_path: Path
) -> None:
    async def heads() -> tuple[int, ...]:
        return tuple([await system.resources[name].context.log.head() for name in ("assessment", "publication")])

    text, other = ALL_KINDS.read_text("utf-8"), tmp_path / "other.yaml"
    for name, instead in (("moi-loai", "lien-mach"), ("bo-du-loai", "bo-lien"), ("H10", "H11"), (": k", ": m")):
        text = text.replace(name, instead)
    other.write_text(text.replace("level: mha", "level: kha").replace("code: mha", "code: kha"), "utf-8")
    await drive(gateway, other)
    in_one_go = await heads()
    described, cuts = load_round(ALL_KINDS), 0
    while await cut_off(gateway, described, 1 + 4 * cuts):
        cuts += 1
    assert cuts >= LEAST_CUTS
    assert tuple(head - before for head, before in zip(await heads(), in_one_go, strict=True)) == in_one_go
    assert_as_published(*await drive(gateway, ALL_KINDS))


async def test_where_a_file_requires_it_each_leader_approves_what_its_unit_sent(
    gateway: Gateway, system: System, tmp_path: Path
) -> None:
    file, log = tmp_path / "approval.yaml", system.resources["assessment"].context.log
    file.write_text("approval: true\n" + ALL_KINDS.read_text("utf-8"), "utf-8")

    async def token(role: Role, node: str) -> str:
        asked.append(f"{role}@{node}")
        return await gateway.token(role, node)

    asked = list[str]()
    described, result = await drive(replace(gateway, token=token), file)
    assert_as_published(described, result)
    units = [score.unit for score in described.self_scores]
    assert set(asked) >= {f"leader@{unit}" for unit in units}
    for unit in units:
        recorded = await log.read_stream(f"sheet-{described.round}/{unit}")
        kinds = [each.entry.type for each in recorded]
        sent = kinds.index("SelfScoreSent")
        assert kinds[sent : sent + 3] == ["SelfScoreSent", "SelfScoreApproved", "SelfScoreSubmitted"]
        assert recorded[sent + 1].fact.version == recorded[sent].entry.version
    before = await log.head()
    assert (await drive(gateway, file))[1] == result
    assert await log.head() == before


def test_a_file_without_the_approval_needs_no_leader() -> None:
    described = load_round(ALL_KINDS)
    assert {role for role, _ in identities(described)} == {Role.OFFICE, Role.UNIT, Role.PUBLISHER}


async def test_who_cannot_sign_in_is_found_before_anything_is_written(gateway: Gateway, system: System) -> None:
    async def token(role: Role, node: str) -> str:
        if role is Role.PUBLISHER:
            raise CredentialsError(role, node)
        return await gateway.token(role, node)

    with pytest.raises(CredentialsError, match="publisher@H10"):
        await until(PRESSES, RoundDriver(replace(gateway, token=token), load_round(ALL_KINDS)))
    assert await system.resources["assessment"].context.log.head() == 0


async def test_a_unit_that_submitted_withdraws_before_a_mended_file_claims_for_it(
    gateway: Gateway, tmp_path: Path
) -> None:
    described = load_round(ALL_KINDS)
    submitted = 0
    async with aclosing(RoundDriver(gateway, described).run()) as steps:
        async for step in steps:
            submitted += step == SELF_SCORING
            if submitted == len(described.self_scores):
                break
    mended = tmp_path / "mended.yaml"
    mended.write_text(ALL_KINDS.read_text("utf-8").replace("Chưa đủ tài liệu", "Thiếu tài liệu"))
    with pytest.raises(RoundStepError, match=r"H10\.01/claims"):
        await drive(gateway, mended)
    for unit in ("H10.01", "H10.02"):
        await withdraw(gateway, described.round, unit)
    assert_as_published(*await drive(gateway, mended))


async def withdraw(gateway: Gateway, round_id: str, unit: str) -> None:
    headers = {"Authorization": f"Bearer {await gateway.token(Role.UNIT, unit)}"}
    path = f"/v1/rounds/{round_id}/units/{unit}/self-score/withdrawal"
    (await gateway.clients["assessment"].post(path, json={}, headers=headers)).raise_for_status()


@dataclass(slots=True)
class Hurrying:
    """A clock that advances with each reading, so that a run of seconds takes hours."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


async def test_a_token_that_expires_in_a_long_run_is_replaced(database: Databases) -> None:
    clock, minted = Hurrying(), list[datetime]()
    async with (
        system_over(database, installed_services(), now=clock) as system,
        gateway_of(system, life=timedelta(seconds=20)) as gateway,
    ):

        async def token(role: Role, node: str) -> str:
            minted.append(clock.at)
            return await gateway.token(role, node)

        assert_as_published(*await drive(replace(gateway, token=token), ALL_KINDS))
    assert clock.at - NOON > timedelta(seconds=50), "the run is longer than a token and its leeway"
    assert len(minted) > len(load_round(ALL_KINDS).self_scores) + 2


async def test_the_citizens_page_shows_the_same_numbers(gateway: Gateway) -> None:
    described, result = await drive(gateway, FILES[0])
    page = (await gateway.clients["publication"].get(f"/rounds/{described.round}")).text
    for row in result["blocks"][0]["rows"]:
        assert row["unit"] in page
        assert row["index"].replace(".", ",") in page
