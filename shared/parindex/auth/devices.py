"""Secrets of devices. A secret is made and shown once, and only its digest is stored. Pure; entropy is a parameter."""

import base64
import hashlib
import hmac
from collections.abc import Callable

DEVICE_PREFIX = "kiosk_"  # people and leak scanners recognise a secret by it

_SECRET_BYTES = 32
_CODE_LENGTH = 16  # 80 bits: a million addresses at their rate limits can't guess it
_GROUP = 4
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's alphabet, without symbols that look or sound alike
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

Entropy = Callable[[int], bytes]  # `secrets.token_bytes`, or a test's


def derived(salt: bytes, *words: str) -> Entropy:
    """Return deterministic entropy for a random salt and words: at most 32 bytes of HMAC-SHA-256."""
    message = b"".join(len(word.encode()).to_bytes(8, "big") + word.encode() for word in words)
    return lambda length: hmac.digest(salt, message, "sha256")[:length]


def new_secret(entropy: Entropy) -> str:
    """Return a new bearer secret of a device, of 256 bits."""
    return DEVICE_PREFIX + base64.urlsafe_b64encode(entropy(_SECRET_BYTES)).rstrip(b"=").decode("ascii")


def new_code(entropy: Entropy) -> str:
    """Return a one-time enrolment code, which a person types at the device: "7K3M-0QXZ-9A4T-XY2B"."""
    symbols = "".join(_SYMBOLS[byte % len(_SYMBOLS)] for byte in entropy(_CODE_LENGTH))  # 256 is a multiple of 32
    return "-".join(symbols[start : start + _GROUP] for start in range(0, _CODE_LENGTH, _GROUP))


def typed_code(text: str) -> str:
    """Return the code for a typed text: in any case, with or without dashes, O for 0, I or L for 1."""
    symbols = text.strip().upper().translate(_MISREAD)
    return "-".join(symbols[start : start + _GROUP] for start in range(0, len(symbols), _GROUP))


def digest_of(secret: str) -> str:
    """Return the digest by which a secret is stored and found. A plain hash is enough for that many random bits."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()


def matches(secret: str, digest: str) -> bool:
    """Return whether a secret (or code) has that digest, in constant time."""
    return hmac.compare_digest(digest_of(secret).encode("ascii"), digest.encode("utf-8"))


def is_device_secret(bearer: str) -> bool:
    return bearer.startswith(DEVICE_PREFIX)
