"""Renewal tokens: what a browser shows at sign-in, and nowhere else, to get its next access token.

They are signed and stored nowhere. An account's renewals end by two comparisons with its present state, so that there
is no list of sessions to keep and to clean: the number of its `SessionsEnded` events, and a mark of its password.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from parindex.auth.keys import Keys
from parindex.auth.refusals import TokenMalformedError, TokenTypeError
from parindex.auth.tokens import Tokens

RENEWAL_AUDIENCE = "parindex-renewal"
RENEWAL_TYPE = "renewal+jwt"
RENEWAL_LIFE = timedelta(hours=12)
"""From the sign-in on; a renewal does not prolong it."""
STEP_AUDIENCE = "parindex-second-step"
STEP_TYPE = "second-step+jwt"
STEP_LIFE = timedelta(minutes=5)
"""From the password to the code of the second factor."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """The state of an account at a sign-in: its id, how often its sessions were ended, a mark of its password."""

    account: str
    ended: int
    mark: str


class Renewals:
    """Verifies the renewal tokens of one issuer, at the present time, or the tokens between the two steps."""

    def __init__(self, keys: Keys, now: Callable[[], datetime], *, steps: bool = False) -> None:
        self._tokens = Tokens(keys, now, STEP_AUDIENCE if steps else RENEWAL_AUDIENCE)
        self._type = STEP_TYPE if steps else RENEWAL_TYPE

    async def read(self, token: str) -> Renewal:
        """Return what a token says. Raises a subclass of UnauthenticatedError for every kind of wrong token."""
        header, claims = await self._tokens.verified(token)
        if header.get("typ") != self._type:
            raise TokenTypeError
        account, ended, mark = claims.get("sub"), claims.get("ended"), claims.get("mark")
        if not isinstance(account, str) or type(ended) is not int or not isinstance(mark, str):
            raise TokenMalformedError
        return Renewal(account, ended, mark)
