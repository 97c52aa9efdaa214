"""One-time enrolment codes: digests beside the log for an hour, never the code itself.

A request with an Idempotency-Key gets the same code or device secret again, for as long as the code lives. Neither is
stored: both are derived from a random salt, which lies beside the digest, and from what only the sender has. The code's
salt goes when the code is used, so that nothing that is stored leads to a secret that a device holds.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.auth.devices import derived, new_code, new_secret

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeptCode:
    """What is kept of a code. It has no `code_salt` if it was asked for without a key, or used.

    It has a `secret_salt` if it was used with a key.
    """

    digest: str
    expires_at: datetime
    code_salt: bytes | None = None
    secret_salt: bytes | None = None

    @property
    def used(self) -> bool:
        return self.secret_salt is not None


def salt_for(key: str) -> bytes | None:
    """Return a fresh salt; None without an idempotency key, because nobody can ask again."""
    return secrets.token_bytes(SALT_BYTES) if key else None


def code_of(salt: bytes | None, key: str) -> str:
    """Return the code of a salt and the key that it was asked for with; a random one without a salt."""
    return new_code(derived(salt, "code", key) if salt else secrets.token_bytes)


def secret_of(salt: bytes | None, key: str, code: str) -> str:
    """Return the device secret of a salt, a key and the code itself; a random one without a salt."""
    return new_secret(derived(salt, "secret", key, code) if salt else secrets.token_bytes)


async def keep_code(connection: AsyncConnection, kiosk: str, code: KeptCode, now: datetime) -> None:
    """Keep a new code, and forget codes that are too old."""
    await connection.execute(text("DELETE FROM kiosk_codes WHERE expires_at < :now"), {"now": now})
    await connection.execute(
        text("INSERT INTO kiosk_codes (digest, kiosk, expires_at, code_salt) VALUES (:digest, :kiosk, :until, :salt)"),
        {"digest": code.digest, "kiosk": kiosk, "until": code.expires_at, "salt": code.code_salt},
    )


async def kept_code(connection: AsyncConnection, kiosk: str, digest: str, now: datetime) -> KeptCode | None:
    """Return what is kept of a kiosk's code; None where it is unknown, void or too old."""
    query = text(
        "SELECT digest, expires_at, code_salt, secret_salt FROM kiosk_codes"
        " WHERE digest = :digest AND kiosk = :kiosk AND expires_at > :now"
    )
    row = (await connection.execute(query, {"digest": digest, "kiosk": kiosk, "now": now})).first()
    return KeptCode(*row) if row is not None else None


async def use_code(connection: AsyncConnection, kiosk: str, digest: str, salt: bytes | None) -> None:
    """Void all codes of a kiosk; the one that was used keeps the salt of the secret, if there is one."""
    await connection.execute(
        text("DELETE FROM kiosk_codes WHERE kiosk = :kiosk AND (digest <> :digest OR CAST(:salt AS bytea) IS NULL)"),
        {"kiosk": kiosk, "digest": digest, "salt": salt},
    )
    await connection.execute(
        text("UPDATE kiosk_codes SET code_salt = NULL, secret_salt = :salt WHERE digest = :digest"),
        {"digest": digest, "salt": salt},
    )


async def void_codes(connection: AsyncConnection, kiosk: str) -> None:
    """Let no code of the kiosk work any more."""
    await connection.execute(text("DELETE FROM kiosk_codes WHERE kiosk = :kiosk"), {"kiosk": kiosk})
