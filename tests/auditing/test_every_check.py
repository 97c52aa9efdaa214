"""Every numbered check can fail: in a tampering of the list, in one of this file, or in a test of the log."""

from pathlib import Path

import pytest
from tests.auditing.conftest import copies_of
from tests.auditing.forging import Data, Forger, Row, first, last
from tests.auditing.tamperings import ALL, Deed, sealed_anew
from tests.auditing.test_tamperings import noticed

from parindex.testing.postgres import Databases
from parindex_cli.auditing.checks import CHECKS

OF_A_LOG = Path(__file__).parents[1] / "shared" / "eventstore" / "test_verifying.py"
IN_A_SMALL_LOG = {"L01", "L02", "L06", "L07", "L15"}
"""Checks that need no round: OF_A_LOG makes them fail in a log of a few events."""


async def stage(forger: Forger) -> None:
    await forger.rewrite("assessment", lambda rows: first(rows, "ClaimUpheld").change(unit="H10.99"))


async def closing(forger: Forger) -> None:
    await forger.rewrite("assessment", lambda rows: last(rows, "RoundClosed").change(closing=7))


async def criterion(forger: Forger) -> None:
    await forger.rewrite("assessment", lambda rows: first(rows, "ClaimUpheld").change(criterion="9.9"))


async def settling(forger: Forger) -> None:
    await forger.rewrite("scoring", lambda rows: last(rows, "RoundSettled").change(settling=9))


async def compared(forger: Forger) -> None:
    """A line says that its points come from a comparison, of which the block knows nothing."""

    def change(rows: list[Row]) -> None:
        newest = last(rows, "IndexComputed")
        lines = newest.entry["data"]["lines"]
        newest.change(lines=[{**lines[0], "value": "1", "best": "2", "best_unit": "H10.01"}, *lines[1:]])

    await forger.rewrite("scoring", change)


async def superseded(forger: Forger) -> None:
    await forger.rewrite("publication", lambda rows: last(rows, "ResultsFrozen").change(supersedes="0" * 64))


async def header(forger: Forger) -> None:
    def change(sealed: Data) -> None:
        sealed["edition"] = 7

    await sealed_anew(forger, change)


async def hidden(forger: Forger) -> None:
    """The row of an announcement has another stream, so the list, which is read by stream, lacks the edition."""
    await forger.execute("publication", "UPDATE events SET stream = 'result-x' WHERE position = 4")


DEEDS: dict[str, Deed] = {
    "A3": stage, "A4": closing, "A5": criterion, "C3": settling, "C4": compared,
    "P1": superseded, "P2": header, "E2": hidden,
}  # fmt: skip


@pytest.mark.parametrize("check", DEEDS)
async def test_a_check_that_no_tampering_of_the_list_names_can_fail(
    database: Databases, tmp_path: Path, check: str
) -> None:
    databases = await copies_of(database, "audited")
    await DEEDS[check](Forger({name: each.dsn for name, each in databases.items()}, chains=True))
    assert check in await noticed(databases, tmp_path / "now")


def test_every_number_of_the_catalogue_is_named_by_a_test_that_sees_it_fail() -> None:
    listed = set().union(*(each.plain | each.fitted | each.kept for each in ALL))
    assert listed | DEEDS.keys() | IN_A_SMALL_LOG == set(CHECKS)
    text = OF_A_LOG.read_text("utf-8")
    assert [each for each in sorted(IN_A_SMALL_LOG) if f'"{each}"' not in text] == []
