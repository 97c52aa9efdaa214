"""One process with the feeds and eight processes with RabbitMQ give the same result, except the edition's checksum.

The frozen bytes contain the instant of the freezing and the hashes of the installation's own logs, so they differ
between installations.
"""

import json
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from rich.console import Console
from tests.journeys.all_kinds import ALL_KINDS

from parindex_cli.commands.running import run_file
from parindex_cli.rounds.checking import load_round
from parindex_cli.rounds.gateways import eight_processes, fresh_embedded
from parindex_cli.rounds.sending import Gateway


async def written(where: AbstractAsyncContextManager[Gateway], target: Path) -> bytes:
    differing = await run_file(where, [(load_round(ALL_KINDS), target)], Console(quiet=True))
    assert differing == 0
    return target.read_bytes()  # noqa: ASYNC240  # a test may wait for its disk


@pytest.mark.rabbitmq
@pytest.mark.slow
async def test_eight_processes_give_the_same_result(tmp_path: Path) -> None:
    one = json.loads(await written(fresh_embedded(), tmp_path / "one.json"))
    eight = json.loads(await written(eight_processes(), tmp_path / "eight.json"))
    assert one.pop("checksum") != eight.pop("checksum")
    assert one == eight
