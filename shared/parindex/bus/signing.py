"""The signatures of messages: the processes of the installation share a key that the broker never sees.

A client with the broker's password can read, delay, double and remove messages; positions make all of these harmless.
A forged message could move a checkpoint past contracts and so lose them; therefore consumers reject unsigned messages.
"""

import hmac

DIGEST = "sha256"
SIGNATURE = "parindex-signature"
"""The header of a message that holds its signature."""


class Signer:
    """Signs and verifies the bytes of messages (HMAC-SHA-256). Without a key each signature is valid."""

    def __init__(self, key: str = "") -> None:
        self._key = key.encode()

    def signature(self, body: bytes) -> str:
        """Return the signature of a message's bytes; it is empty without a key."""
        return hmac.digest(self._key, body, DIGEST).hex() if self._key else ""

    def verifies(self, body: bytes, signature: object) -> bool:
        """Return whether `signature`, an untrusted header of any type, was made of these bytes with the key."""
        if not self._key:
            return True
        return isinstance(signature, str) and hmac.compare_digest(self.signature(body).encode(), signature.encode())
