"""One-time enrolment codes: digests beside the log for an hour, never the code itself.

A request with an Idempotency-Key gets the same code or device secret again, for as long as the code lives. Neither is
stored, nor anything that leads to it: both are derived from random bytes that only this process holds (decision 0023).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.auth.devices import Entropy, derived, new_code, new_secret


@dataclass(frozen=True, slots=True)
class StoredCode:
    """The stored part of a code. A used one is stored only where it was used with a key."""

    digest: str
    expires_at: datetime
    used: bool = False


class Making:
    """Makes codes and device secrets: the same again for the same key while the process runs, else random ones."""

    def __init__(self) -> None:
        self._own = secrets.token_bytes(32)

    def code(self, key: str) -> str:
        """Return the code of the request that has this key."""
        return new_code(self._entropy(key, "code"))

    def secret(self, key: str, code: str) -> str:
        """Return the device secret of the request that trades a code with this key."""
        return new_secret(self._entropy(key, "secret", code))

    def _entropy(self, key: str, *words: str) -> Entropy:
        return derived(self._own, *words, key) if key else secrets.token_bytes


async def store_code(connection: AsyncConnection, kiosk: str, code: StoredCode, now: datetime) -> None:
    """Store a new code, and delete codes that are too old."""
    await connection.execute(text("DELETE FROM kiosk_codes WHERE expires_at < :now"), {"now": now})
    await connection.execute(
        text("INSERT INTO kiosk_codes (digest, kiosk, expires_at) VALUES (:digest, :kiosk, :until)"),
        {"digest": code.digest, "kiosk": kiosk, "until": code.expires_at},
    )


async def find_code(connection: AsyncConnection, kiosk: str, digest: str, now: datetime) -> StoredCode | None:
    """Return the stored part of a kiosk's code; None where it is unknown, void or too old."""
    query = text(
        "SELECT digest, expires_at, used FROM kiosk_codes"
        " WHERE digest = :digest AND kiosk = :kiosk AND expires_at > :now"
    )
    row = (await connection.execute(query, {"digest": digest, "kiosk": kiosk, "now": now})).first()
    return StoredCode(*row) if row is not None else None


async def use_code(connection: AsyncConnection, kiosk: str, digest: str, key: str) -> None:
    """Void all codes of a kiosk; the one that was used stays for retries, if they have a key to be known by."""
    await connection.execute(
        text("DELETE FROM kiosk_codes WHERE kiosk = :kiosk AND (digest <> :digest OR :key = '')"),
        {"kiosk": kiosk, "digest": digest, "key": key},
    )
    await connection.execute(text("UPDATE kiosk_codes SET used = true WHERE digest = :digest"), {"digest": digest})


async def void_codes(connection: AsyncConnection, kiosk: str) -> None:
    """Let no code of the kiosk work any more."""
    await connection.execute(text("DELETE FROM kiosk_codes WHERE kiosk = :kiosk"), {"kiosk": kiosk})
