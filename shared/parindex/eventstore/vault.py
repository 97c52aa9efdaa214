"""What is personal stays out of the log: a salted commitment in the fact, the content in the vault.

Erasing salt and content leaves every entry, hash and proof as it was, and the commitment opens for nobody
(HMAC-SHA-256 under a 32-byte random salt; an unsalted hash of a name or a phone number would be guessed in minutes).
"""

import hashlib
import hmac
import secrets

from parindex.eventstore.appending import Sealed
from parindex.eventstore.log import Log


def seal(text: str, domain: str) -> Sealed:
    """Commit to a text under a domain tag such as `comment`.

    The result goes into Act.sealed, and its commitment into the fact.
    """
    salt, content = secrets.token_bytes(32), text.encode()
    return Sealed(_commitment(salt, domain, content), salt, content)


async def open_sealed(log: Log, commitments: list[str]) -> dict[str, str]:
    """Return the texts behind commitments; an erased one is absent."""
    rows = await log.pool.fetch("SELECT commitment, content FROM vault WHERE commitment = ANY($1::text[])", commitments)
    return {row["commitment"]: bytes(row["content"]).decode() for row in rows}


def _commitment(salt: bytes, domain: str, content: bytes) -> str:
    return f"{domain}:" + hmac.new(salt, domain.encode() + b"\0" + content, hashlib.sha256).hexdigest()
