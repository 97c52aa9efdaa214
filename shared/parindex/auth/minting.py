"""Access tokens minted with the signing key, for the operator's own programs."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from joserfc.errors import JoseError

from parindex.auth.issuer import LocalIssuer, key_in
from parindex.auth.page_cookies import SIGN_IN_PATH
from parindex.auth.principal import OPERATOR, Role
from parindex.auth.refusals import SecretFileError
from parindex.instant import Clock, utc_now
from parindex.wording import Wording

MintToken = Callable[[Role, str], Awaitable[str]]
"""Returns a token for a role at a node."""
TOKEN_LIFE = timedelta(hours=1)


def minted_by(issuer: LocalIssuer, now: Clock = utc_now, life: timedelta = TOKEN_LIFE) -> MintToken:
    """Mint tokens with an issuer's own key. Each token names the operator as its actor (`via`)."""

    async def token(role: Role, node: str) -> str:
        return issuer.mint(f"{role}-{node}", [f"{role}@{node}"], life, now(), via=OPERATOR)

    return token


def minted_with(key_file: Path, url: str) -> MintToken:
    """Mint tokens with the signing key in a file, for the gateway at an address. Raises SecretFileError."""
    try:
        return minted_by(LocalIssuer(key_in(key_file), url.rstrip("/") + SIGN_IN_PATH))
    except OSError as error:
        raise SecretFileError.unread(key_file, error) from error
    except (JoseError, ValueError, KeyError, TypeError) as error:
        why = Wording("không phải khóa ký của parindex.", "this is no signing key of parindex.")
        raise SecretFileError(key_file, why) from error
