"""A retry is recognised by its content: in another Unicode form, with another key order, and after an upgrade."""

import hashlib
import json
import unicodedata
from typing import Any

import httpx
import pytest

from parindex_cli.local.embedded import System

SETS = "/assessment/v1/criteria-sets"
TITLE = "Bộ chỉ số cải cách hành chính của tỉnh Đồng Tháp"
LEAF = {
    "code": "1.1",
    "name": "Kế hoạch",
    "level": "criterion",
    "parent": "1",
    "maximum": "1",
    "rule": {"kind": "yes_no"},
}
AREA = {"code": "1", "name": "Chỉ đạo, điều hành", "level": "area", "maximum": "1"}
BODY = {
    "authority": "H10",
    "criteria_set": {"code": "bo-nfc", "title": TITLE, "reference": "1/QĐ-UBND", "criteria": [AREA, LEAF]},
}
WRITTEN = unicodedata.normalize("NFC", json.dumps(BODY, ensure_ascii=False))


def turned(value: Any) -> Any:
    """Return the same value with its keys in another order."""
    if isinstance(value, dict):
        return {name: turned(inner) for name, inner in reversed(list(value.items()))}
    return [turned(inner) for inner in value] if isinstance(value, list) else value


async def enact(system: System, body: str, key: str = "k-1") -> httpx.Response:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    async with system.client("phan-mem", "council@H10") as http:
        return await http.post(SETS, content=body.encode(), headers=headers)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (WRITTEN, unicodedata.normalize("NFD", WRITTEN)),
        (unicodedata.normalize("NFD", WRITTEN), WRITTEN),
        (WRITTEN, json.dumps(turned(BODY), indent=2)),
    ],
    ids=["NFD after NFC", "NFC after NFD", "keys, blanks and escapes"],
)
async def test_a_command_that_a_client_wrote_anew_gets_the_first_receipt(
    embedded_system: System, first: str, again: str
) -> None:
    assert first != again
    log = embedded_system.resources["assessment"].log
    receipt = await enact(embedded_system, first)
    head = await log.head()
    retried = await enact(embedded_system, again)
    assert (receipt.status_code, retried.status_code) == (201, 201), retried.text
    assert retried.json() == {**receipt.json(), "repeated": True}
    assert retried.headers["ETag"] == receipt.headers["ETag"]
    assert await log.head() == head
    async with embedded_system.client("phan-mem", "council@H10") as http:
        assert (await http.get(f"{SETS}/bo-nfc")).json()["criteria_set"]["title"] == TITLE


def former_hash(body: str) -> bytes:
    """Return the hash of versions before decision 0021: over method, path, query, raw bytes, each with its length."""
    digest = hashlib.sha256()
    for part in (b"POST", b"/v1/criteria-sets", b"", body.encode()):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


async def test_what_an_older_version_answered_is_answered_again(embedded_system: System) -> None:
    log = embedded_system.resources["assessment"].log
    receipt = await enact(embedded_system, WRITTEN)
    await log.pool.execute(
        "INSERT INTO commands SELECT 'by phan-mem k-old', $1, first_position, last_position, answer, recorded_at"
        " FROM commands WHERE idempotency_key = 'by phan-mem k-1'",
        former_hash(WRITTEN),
    )
    again = await enact(embedded_system, WRITTEN, "k-old")
    assert (again.status_code, again.json()) == (201, {**receipt.json(), "repeated": True})
    otherwise = await enact(embedded_system, WRITTEN + "\n", "k-old")  # only the hash of the bytes was stored
    assert (otherwise.status_code, otherwise.json()["code"]) == (409, "idempotency-key-reused")
