"""The local issuer: it signs tokens with an Ed25519 key from a file. For embedded mode, tests and the CLI."""

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OKPKey

from parindex.auth.accounts_file import Account
from parindex.auth.keys import StaticKeys
from parindex.auth.outside_flow import FLOW_AUDIENCE, FLOW_LIFE, FLOW_TYPE, OutsideFlow
from parindex.auth.principal import Right
from parindex.auth.renewals import (
    RENEWAL_AUDIENCE,
    RENEWAL_LIFE,
    RENEWAL_TYPE,
    STEP_AUDIENCE,
    STEP_LIFE,
    STEP_TYPE,
    Renewal,
)
from parindex.auth.tokens import ACCESS_TOKEN, AUDIENCE, Registry
from parindex.auth.typed import one_name
from parindex.inputs.files import read_json

LIFETIME = timedelta(minutes=15)

_ALGORITHM = "EdDSA"  # the name for Ed25519 that every OIDC library supports


class LocalIssuer:
    """Signs tokens and publishes the key that verifies them. `url` is its `iss`, without a final slash."""

    def __init__(self, key: OKPKey, url: str, new_id: Callable[[], str] = lambda: uuid4().hex) -> None:
        key.ensure_kid()
        self._key = key
        self._new_id = new_id
        self.url = url.rstrip("/")

    def id_of(self, account: Account) -> str:
        """Return an account's id in tokens and logs, which is never its name.

        If the accounts file has no id, it is an HMAC of the name with the issuer's private key: it is the same at every
        start, and without the key the name can't be found by trying.
        """
        if account.id:
            return account.id
        return "a" + self._keyed("parindex account", one_name(account.name))[:20]

    def mark_of(self, account: Account) -> str:
        """Return a mark that changes with an account's password, second factor and links, and reveals none of them."""
        both = f"{account.password_hash}\0{account.totp}" if account.totp else account.password_hash
        links = "".join(f"\0{link.issuer}\0{link.subject}" for link in sorted(account.linked))
        return self._keyed("parindex password", both + links)[:20]

    def _keyed(self, purpose: str, text: str) -> str:
        secret = str(self._key.as_dict(private=True)["d"]).encode("ascii")
        return hmac.new(secret, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def mint(self, subject: str, rights: Iterable[Right | str], ttl: timedelta, now: datetime, via: str = "") -> str:
        """Return a signed access token. `via` names the actor on behalf of the subject (RFC 8693 4.1).

        Raises MalformedRightError.
        """
        checked = [right if isinstance(right, Right) else Right.parse(right) for right in rights]
        claims: dict[str, Any] = {"sub": subject, "aud": AUDIENCE, "rights": [str(right) for right in checked]}
        if via:
            claims["act"] = {"sub": via}
        return self._signed(ACCESS_TOKEN, claims, ttl, now)

    def mint_renewal(self, renewal: Renewal, now: datetime) -> str:
        """Return a signed renewal token for a browser; it is no access token."""
        claims = {"sub": renewal.account, "aud": RENEWAL_AUDIENCE, "ended": renewal.ended, "mark": renewal.mark}
        return self._signed(RENEWAL_TYPE, claims, RENEWAL_LIFE, now)

    def mint_step(self, renewal: Renewal, now: datetime) -> str:
        """Return a signed token for a browser whose person has proved the password, and not yet the second factor."""
        claims = {"sub": renewal.account, "aud": STEP_AUDIENCE, "ended": renewal.ended, "mark": renewal.mark}
        return self._signed(STEP_TYPE, claims, STEP_LIFE, now)

    def mint_outside_flow(self, flow: OutsideFlow, now: datetime) -> str:
        """Return a signed token of a sign-in that is under way at the outside issuer; it is no access token."""
        claims = {"sub": flow.state, "aud": FLOW_AUDIENCE, "nonce": flow.nonce}
        return self._signed(FLOW_TYPE, claims | {"verifier": flow.verifier, "next": flow.target}, FLOW_LIFE, now)

    def _signed(self, kind: str, claims: dict[str, Any], ttl: timedelta, now: datetime) -> str:
        issued = int(now.timestamp())
        times = {"iat": issued, "nbf": issued, "exp": issued + int(ttl.total_seconds())}
        header = {"alg": _ALGORITHM, "kid": self._key.kid, "typ": kind}
        made = {"iss": self.url, **claims, **times, "jti": self._new_id()}
        return jwt.encode(header, made, self._key, [_ALGORITHM], Registry())

    def jwks(self) -> dict[str, Any]:
        """Return the public key as a JWKS document."""
        return {"keys": [self._key.as_dict(private=False, use="sig", alg=_ALGORITHM)]}

    def keys(self) -> StaticKeys:
        """Return the keys for services in the same process, which need no HTTP."""
        return StaticKeys(self.url, self.jwks())

    def discovery(self) -> dict[str, Any]:
        """Return the OIDC discovery document."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint": f"{self.url}/token",
            "grant_types_supported": ["password", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [_ALGORITHM],
        }


def new_key() -> OKPKey:
    return OKPKey.generate_key("Ed25519", auto_kid=True)


def key_in(path: Path) -> OKPKey:
    """Return the signing key in a file; create a missing file, readable by its owner only.

    Several processes may start at once: one key is stored, and all of them get it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_once(path, json.dumps(new_key().as_dict(private=True)))
    return OKPKey.import_key(read_json(path))


def _write_once(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}-{uuid4().hex}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # atomic, and never replaces the file of another process
    except FileExistsError:
        pass  # another process was first
    finally:
        draft.unlink(missing_ok=True)
