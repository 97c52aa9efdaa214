"""Secrets of devices: made once, handed over once, kept as digests only. Pure; chance comes in from outside."""

import base64
import hashlib
import hmac
from collections.abc import Callable

DEVICE_PREFIX = "kiosk_"  # says at a glance, to us and to leak scanners, what it is

_SECRET_BYTES = 32
_CODE_LENGTH = 16  # 80 bits: guessed from a million addresses at the rate of each, it would last for ever
_GROUP = 4
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that is misread or misheard
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

Entropy = Callable[[int], bytes]  # `secrets.token_bytes`, or a test's


def derived(salt: bytes, *words: str) -> Entropy:
    """Entropy that is the same again for the same random salt and words: at most 32 bytes of HMAC-SHA-256."""
    message = b"".join(len(word.encode()).to_bytes(8, "big") + word.encode() for word in words)
    return lambda length: hmac.digest(salt, message, "sha256")[:length]


def new_secret(entropy: Entropy) -> str:
    """A device's bearer secret: 256 bits."""
    return DEVICE_PREFIX + base64.urlsafe_b64encode(entropy(_SECRET_BYTES)).rstrip(b"=").decode("ascii")


def new_code(entropy: Entropy) -> str:
    """A one-time enrolment code that a person types at the device: "7K3M-0QXZ-9A4T-XY2B"."""
    symbols = "".join(_SYMBOLS[byte % len(_SYMBOLS)] for byte in entropy(_CODE_LENGTH))  # 256 is a multiple of 32
    return "-".join(symbols[start : start + _GROUP] for start in range(0, _CODE_LENGTH, _GROUP))


def typed_code(text: str) -> str:
    """The code that somebody meant who typed this: any case, with or without dashes, O for 0, I or L for 1."""
    symbols = text.strip().upper().translate(_MISREAD)
    return "-".join(symbols[start : start + _GROUP] for start in range(0, len(symbols), _GROUP))


def digest_of(secret: str) -> str:
    """What is stored, and looked up by. A plain hash is enough: nobody guesses that many random bits."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()


def matches(secret: str, digest: str) -> bool:
    """True if this is the secret (or code) of that digest; takes the same time either way."""
    return hmac.compare_digest(digest_of(secret).encode("ascii"), digest.encode("utf-8"))


def is_device_secret(bearer: str) -> bool:
    return bearer.startswith(DEVICE_PREFIX)
