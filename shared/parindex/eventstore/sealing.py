"""Commitments to personal texts: an event holds the commitment, the vault the text and its salt."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from parindex.eventstore.appending import Sealed


def seal(text: str, domain: str) -> Sealed:
    """Commit to a text under a domain tag such as `comment`, which holds no colon.

    The commitment is the domain, a colon, and in hex HMAC-SHA-256 over domain, NUL and the text in UTF-8, under a
    random salt of 32 bytes as the key. An unsalted hash of a name or a phone number would be guessed in minutes. The
    result goes into Metadata.sealed, and its commitment into the event.
    """
    salt, content = secrets.token_bytes(32), text.encode()
    return Sealed(commitment_of(salt, domain, content), salt, content)


def commitment_of(salt: bytes, domain: str, content: bytes) -> str:
    """Return the commitment to a content, as `seal` describes it."""
    return f"{domain}:" + hmac.new(salt, domain.encode() + b"\0" + content, hashlib.sha256).hexdigest()


def matches(commitment: str, salt: bytes, content: bytes) -> bool:
    """Return whether a commitment is that of this content and salt."""
    return hmac.compare_digest(commitment_of(salt, commitment.rpartition(":")[0], content), commitment)


class Seals:
    """The texts that one command seals. `known` has texts that are in the vault already, by their commitments."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.all: list[Sealed] = []
        self._known = known or {}

    def commit(self, text: str, domain: str, before: str = "") -> str:
        """Seal a text and return its commitment; no text has none.

        A text that is still the one behind the commitment `before` keeps that: under a new salt, what has not changed
        would be recorded as a change, and to erase it would take two erasures.
        """
        if not text:
            return ""
        if before.startswith(f"{domain}:") and self._known.get(before) == text:
            return before
        sealed = seal(text, domain)
        self.all.append(sealed)
        return sealed.commitment
