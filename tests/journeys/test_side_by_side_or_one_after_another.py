"""A round whose units were sent side by side is the round whose units were sent one after another."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from tests.journeys.all_kinds import ALL_KINDS

from parindex.service import installed_services
from parindex.testing.postgres import Databases
from parindex_cli.rounds.checking import load_round
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.file import SelfScore
from parindex_cli.rounds.refusals import RoundStepError
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.embedded import system_over
from parindex_cli.testing.journeys import gateway_of

VINH_PHUC = Path("deploy/demo/vinhphuc-2019.yaml")
FACTS = "SELECT stream, type, entry FROM events WHERE stream NOT LIKE 'kiosk-%' ORDER BY stream, version"


async def announced(database: Databases, file: Path, at_once: int) -> tuple[bytes, list[tuple[str, str]]]:
    """Drive a file on an empty system; return the result without what names its log, and the facts of assessment."""
    async with system_over(database, installed_services()) as system, gateway_of(system) as gateway:
        driver = RoundDriver(gateway, load_round(file), at_once)
        async for _ in driver.run():
            pass
        rows = await system.resources["assessment"].log.pool.fetch(FACTS)
        return result_of(await driver.result()), [(row["stream"], row["type"]) for row in rows]


def result_of(result: dict[str, Any]) -> bytes:
    """Return the bytes of a result; its checksum also covers the hashes of entries, each of which has a nonce."""
    return json.dumps({name: value for name, value in result.items() if name != "checksum"}, sort_keys=True).encode()


@pytest.mark.parametrize("file", [ALL_KINDS, VINH_PHUC], ids=lambda path: path.stem)
async def test_the_result_is_the_same_bytes(database: Databases, file: Path) -> None:
    assert await announced(database, file, 16) == await announced(database, file, 1)


async def test_of_units_that_are_refused_the_first_in_the_file_is_named(gateway: Gateway) -> None:
    right = load_round(VINH_PHUC)
    third, fifth = right.self_scores[2].unit, right.self_scores[4].unit
    scores = [wrong(score) if score.unit in {third, fifth} else score for score in right.self_scores]
    with pytest.raises(RoundStepError, match=re.escape(f"units/{third}/claims: ")):
        async for _ in RoundDriver(gateway, structs.replace(right, self_scores=scores)).run():
            pass


def wrong(score: SelfScore) -> SelfScore:
    """Claim more than the maximum."""
    return structs.replace(score, claims=[structs.replace(each, figures={"points": "99"}) for each in score.claims])
