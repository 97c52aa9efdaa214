"""Each of 32 tamperings is found: with plain SQL, with matching hashes, and with last week's copy."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.auditing.conftest import copies_of, doors_over
from tests.auditing.forging import Forger
from tests.auditing.tamperings import ALL, Tampering

from parindex.testing.postgres import Database, Databases
from parindex_cli.auditing.auditing import audit
from parindex_cli.auditing.checks import CHECKS


async def noticed(
    databases: Mapping[str, Database], folder: Path, kept: Path | None = None, *, recompute: bool = False
) -> set[str]:
    async with doors_over(databases) as clients:
        found = await audit(clients, folder, lambda _: None, kept, recompute=recompute)
    assert {each.check for each in found.discrepancies} <= set(CHECKS)
    return {each.check for each in found.discrepancies}


async def tampered(database: Databases, tampering: Tampering, *, chains: bool) -> Mapping[str, Database]:
    databases = await copies_of(database, "audited")
    await tampering.deed(Forger({name: each.dsn for name, each in databases.items()}, chains))
    return databases


KEPT = "audited"


@pytest.fixture(scope="session")
def kept_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
async def kept(database: Databases, kept_folder: Path) -> Path:
    """A copy of the unchanged history, taken once."""
    if f"{KEPT}_copied" not in database.templates:
        await noticed(await copies_of(database, "audited"), kept_folder)
        database.templates.add(f"{KEPT}_copied")
    return kept_folder


async def test_an_untouched_history_agrees_with_itself_and_with_its_copy(database: Databases, tmp_path: Path) -> None:
    databases = await copies_of(database, "audited")
    assert await noticed(databases, tmp_path / "before", recompute=True) == set()
    assert await noticed(databases, tmp_path / "now", tmp_path / "before") == set()


@pytest.mark.parametrize("tampering", ALL, ids=lambda each: each.name)
async def test_a_plain_tampering_is_noticed(database: Databases, tmp_path: Path, tampering: Tampering) -> None:
    databases = await tampered(database, tampering, chains=False)
    assert await noticed(databases, tmp_path / "now") == tampering.plain


@pytest.mark.parametrize("tampering", ALL, ids=lambda each: each.name)
async def test_with_fitting_hashes_and_with_a_kept_copy(
    database: Databases, kept: Path, tmp_path: Path, tampering: Tampering
) -> None:
    databases = await tampered(database, tampering, chains=True)
    found = await noticed(databases, tmp_path / "now", kept, recompute=tampering.recomputed)
    assert found == tampering.kept
    assert {each for each in found if not each.startswith("K")} == tampering.fitted


async def test_a_history_that_was_written_anew_is_noticed_by_a_kept_copy_alone(
    database: Databases, kept: Path, tmp_path: Path
) -> None:
    databases = await copies_of(database, "rewritten")
    assert await noticed(databases, tmp_path / "now", recompute=True) == set()
    assert await noticed(databases, tmp_path / "later", kept) == {"K1", "K3"}
