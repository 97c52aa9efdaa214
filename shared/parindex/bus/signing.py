"""Who may speak on a broker: a message is signed with a key that our processes share and the broker never sees.

Whoever has a broker's password can read, hold back, double and remove messages, all of which the positions bear. A
message that moved a position past contracts would lose them; so what is not signed is not read.
"""

import hmac

DIGEST = "sha256"
SIGNATURE = "parindex-signature"
"""The header of a message that holds it."""


class Signer:
    """Signs the bytes of messages and knows its own hand. Without a key all bytes are signed well."""

    def __init__(self, key: str = "") -> None:
        self._key = key.encode()

    def signature(self, body: bytes) -> str:
        """Return the signature of a message's bytes; empty without a key."""
        return hmac.digest(self._key, body, DIGEST).hex() if self._key else ""

    def knows(self, body: bytes, signature: object) -> bool:
        """Tell whether we signed these bytes; `signature` is whatever came with them."""
        if not self._key:
            return True
        return isinstance(signature, str) and hmac.compare_digest(self.signature(body).encode(), signature.encode())
