"""The log of sign-in is audited as every other: by auditors of all or of some authorities, and where it is missing."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from tests.auditing.conftest import AUDITOR, doors_over
from tests.auditing.forging import Forger, first
from tests.auditing.test_what_was_not_looked_at import printed

from parindex.sign_in.service import NAME
from parindex.testing.postgres import Database
from parindex.testing.serving import signed_in
from parindex_cli.auditing.asking import AuditEndedError
from parindex_cli.auditing.auditing import Audit, audit
from parindex_cli.auditing.copying import Copy
from parindex_cli.commands.audit import AGREES, REST_AGREES

Clients = dict[str, httpx.AsyncClient]
WITH_ACCOUNTS = (AUDITOR, "auditor@installation", "auditor@H62.01")
NOWHERE = httpx.MockTransport(lambda _: httpx.Response(404, text="no such page"))


async def audited(clients: Clients, folder: Path, kept: Path | None = None) -> Audit:
    return await audit(clients, folder, lambda _: None, kept, recompute=False)


@pytest.mark.parametrize("rights", [(AUDITOR,), WITH_ACCOUNTS])
async def test_what_was_not_touched_agrees_for_who_sees_all_and_for_who_sees_a_part(
    databases: Mapping[str, Database], tmp_path: Path, rights: tuple[str, ...]
) -> None:
    async with doors_over(databases) as clients:
        clients[NAME].headers.update(signed_in("kiem-toan", *rights))
        found = await audited(clients, tmp_path)
    hidden = [line for line in Copy(tmp_path).lines(NAME) if b'"sha256"' in line]
    assert (found.discrepancies, found.entries[NAME], bool(hidden)) == ((), 10, rights != WITH_ACCOUNTS)
    assert AGREES in printed(found)


async def test_the_version_of_an_entry_is_missed_where_too_few_lines_are_hidden(
    databases: Mapping[str, Database], tmp_path: Path
) -> None:
    """Columns and hashes match, and the versions of the account skip more than the hidden entries."""
    forger = Forger({name: each.dsn for name, each in databases.items()}, chains=False)
    await forger.rewrite(NAME, lambda rows: first(rows, "RightEnded", right="office@H10").put(version=9))
    async with doors_over(databases) as clients:
        found = await audited(clients, tmp_path)
    assert "L09" in {each.check for each in found.discrepancies if each.at.startswith("sign_in/")}


async def test_an_installation_that_signs_in_elsewhere_is_said_to_have_no_such_log(
    databases: Mapping[str, Database], tmp_path: Path
) -> None:
    async with doors_over(databases) as clients, httpx.AsyncClient(transport=NOWHERE, base_url="http://x") as nowhere:
        found = await audited(clients | {NAME: nowhere}, tmp_path)
    assert (found.agrees, found.absent) == (True, (NAME,))
    text = printed(found)
    assert AGREES not in text
    assert REST_AGREES in text
    assert "sign_in: hệ thống này đăng nhập ở nơi khác" in text


async def test_a_sign_in_that_is_away_or_refuses_ends_the_audit(
    databases: Mapping[str, Database], tmp_path: Path
) -> None:
    for status in (401, 403, 502):
        away = httpx.MockTransport(lambda _, status=status: httpx.Response(status))
        async with doors_over(databases) as clients, httpx.AsyncClient(transport=away, base_url="http://x") as refusing:
            with pytest.raises(AuditEndedError, match=f"http://x/v1/log: HTTP {status}"):
                await audited(clients | {NAME: refusing}, tmp_path)


async def test_a_copy_that_an_older_version_kept_is_compared_without_it_and_one_that_has_it_misses_it(
    databases: Mapping[str, Database], tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    async with doors_over(databases) as clients, httpx.AsyncClient(transport=NOWHERE, base_url="http://x") as nowhere:
        await audited(clients, kept)
        gone = await audited(clients | {NAME: nowhere}, tmp_path / "gone", kept)
        Copy(kept).feed(NAME).unlink()
        (kept / f"{NAME}.log.json").unlink()
        older = await audited(clients, tmp_path / "older", kept)
    assert [(each.check, each.at) for each in gone.discrepancies] == [("K2", NAME)]
    assert (older.discrepancies, older.uncompared) == ((), (NAME,))
    assert "sign_in: bản chép đã giữ không có sổ này" in printed(older)
    assert AGREES not in printed(older)
