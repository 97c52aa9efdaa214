"""A client's credentials: from HTTP Basic, or `client_id` and `client_secret` of the form (RFC 6749 2.3.1).

The header is read here and not by `fastapi.security.HTTPBasic`, which takes ASCII alone where our challenge says UTF-8,
skips characters that are not base64, and answers 401 without the problem document.
"""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from fastapi import Request

from parindex.auth.refusals import WrongClientCredentialsError
from parindex.auth.typed import LONGEST_NAME, LONGEST_SECRET


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A program's name and its secret, which may have two readings. `basic`: they are from the header."""

    name: str
    secrets: tuple[str, ...]
    basic: bool


def of_client(request: Request, client_id: str, client_secret: str) -> ClientCredentials | None:
    """Return the credentials of the program that sends a request; None if it names none, as a browser's page does.

    Raises WrongClientCredentialsError if the header can't be read, or its name or secret is too long.
    """
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ClientCredentials(client_id, (client_secret,), basic=False) if client_id else None
    name, secret = _decoded(encoded)
    return ClientCredentials(unquote(name), _meant(secret), basic=True) if name or secret else None


def _decoded(encoded: str) -> tuple[str, str]:
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeError):
        raise WrongClientCredentialsError(basic=True) from None
    if not colon or len(name) > LONGEST_NAME or len(secret) > LONGEST_SECRET:
        raise WrongClientCredentialsError(basic=True)
    return name, secret


def _meant(secret: str) -> tuple[str, ...]:
    """Return both readings of a secret: the RFC has it form-encoded in the header, many clients send it as it is."""
    return tuple(dict.fromkeys((secret, unquote_plus(secret))))
