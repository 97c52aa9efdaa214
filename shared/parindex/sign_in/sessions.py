"""Sessions of people at browsers: begun with a password, renewed with the account's present rights, ended everywhere.

Nothing of a session is stored: a browser holds two signed tokens, and the account's stream says how often its sessions
were ended.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from parindex.auth.accounts import Accounts
from parindex.auth.accounts_file import Account
from parindex.auth.issuer import LIFETIME, LocalIssuer
from parindex.auth.outside_flow import OutsideFlow
from parindex.auth.page_cookies import PageCookies
from parindex.auth.principal import Role
from parindex.auth.refusals import UnauthenticatedError
from parindex.auth.renewals import Renewal, Renewals
from parindex.auth.second_factor import is_required
from parindex.eventstore.appending import Append, Decided, Idempotency, Metadata
from parindex.eventstore.log import Log
from parindex.instant import instant
from parindex.refusal import Kind, Refused
from parindex.sign_in.events import SessionsEnded, stream_of
from parindex.sign_in.keeping import INSTALLATION, fold


class SessionEndedError(UnauthenticatedError):
    """The account was removed, its password was changed, or the person signed out everywhere since this sign-in."""

    code = "session-ended"
    vi, en = "Phiên đăng nhập này đã kết thúc. Hãy đăng nhập lại.", "This session has ended. Sign in again."


class RightsTooManyError(Refused):
    """The account's token is too long for a cookie: browsers would drop it, and pages would ask to sign in again."""

    code = "rights-too-many-for-pages"
    kind = Kind.FORBIDDEN
    advice = (
        "Quản trị viên gộp quyền: một quyền ở nút trên bao gồm các nút dưới.",
        "The administrator merges rights: a right at a node covers the nodes below.",
    )
    vi = "Tài khoản có quá nhiều quyền để đăng nhập bằng trình duyệt ({count} quyền). Hãy nhờ quản trị viên gộp lại."
    en = "The account has too many rights to sign in with a browser ({count}). Ask the administrator to merge them."

    rights: int

    @property
    def count(self) -> int:
        """How many rights it has."""
        return self.rights


@dataclass(frozen=True, slots=True)
class Begun:
    """The tokens of a new session, for the two cookies."""

    access: str
    renewal: str


class Sessions:
    """Begins, renews and ends sessions. `log`: of accounts and rights; without one, nothing ends everywhere."""

    def __init__(
        self,
        issuer: LocalIssuer,
        accounts: Accounts,
        log: Log | None,
        now: Callable[[], datetime],
        second_factor_roles: Collection[Role] = (),
    ) -> None:
        self._second_factor_roles = second_factor_roles
        self.cookies = PageCookies(issuer.url)
        self.address = issuer.url
        self.accounts = accounts
        self.end_everywhere = log is not None
        self._issuer = issuer
        self._log = log
        self._now = now
        self._renewals = Renewals(issuer.keys(), now)
        self._steps = Renewals(issuer.keys(), now, steps=True)

    def account(self, subject: str) -> Account | None:
        """Return the present account of an id."""
        return self.accounts.by_id(subject, self._issuer.id_of)

    def id_of(self, account: Account) -> str:
        return self._issuer.id_of(account)

    def flow_token(self, flow: OutsideFlow) -> str:
        """Return the signed token of a sign-in that begins at the outside issuer."""
        return self._issuer.mint_outside_flow(flow, self._now())

    async def begin(self, account: Account) -> Begun:
        """Return the tokens for an account that has just signed in. Raises RightsTooManyError."""
        return Begun(self._access(account), self._issuer.mint_renewal(await self._present(account), self._now()))

    async def renewed(self, token: str | None) -> str:
        """Return an access token with the account's present rights.

        Raises SessionEndedError or another UnauthenticatedError, and RightsTooManyError.
        """
        account = await self.renewing(token)
        return self._access(account)

    async def renewing(self, token: str | None) -> Account:
        """Return the account that a renewal token may renew. Raises SessionEndedError, UnauthenticatedError."""
        if token is None:
            raise UnauthenticatedError
        renewal = await self._renewals.read(token)
        account = self.account(renewal.account)
        if account is None or await self._present(account) != renewal or self.lacks_second_factor(account):
            raise SessionEndedError
        return account

    def lacks_second_factor(self, account: Account) -> bool:
        """Return whether the person has to set a second factor up before anything else."""
        return not account.totp and is_required(account, self._second_factor_roles)

    async def step(self, account: Account) -> str:
        """Return the token for an account that has proved its password, and not yet its second factor."""
        return self._issuer.mint_step(await self._present(account), self._now())

    async def stepping(self, token: str, new_key: str = "") -> Account:
        """Return the account of a token between the two steps. Raises SessionEndedError, UnauthenticatedError.

        `new_key`: of a form that is sent twice, whose first request has turned the second factor on with this key.
        """
        step = await self._steps.read(token)
        account = self.account(step.account)
        if account is None:
            raise SessionEndedError
        before = replace(account, totp="") if new_key and account.totp == new_key else account
        if await self._present(before) != step:
            raise SessionEndedError
        return account

    async def end_all(
        self, subject: str, correlation: str, actor: str = "", idempotency: Idempotency | None = None
    ) -> None:
        """Record that the sessions of an account have ended: no renewal token from before is valid.

        `actor`: who ended them, if it is not the person. A request that is sent again with its key ends none that
        began after it; the log knows the key, so a restart changes nothing.
        """
        if self._log is None:
            raise RuntimeError("without a log of accounts, sessions can't be ended everywhere")
        metadata = Metadata(actor or subject, instant(self._now()), INSTALLATION, correlation, idempotency=idempotency)
        ended = Decided([SessionsEnded(subject)])
        await self._log.append(Append(stream_of(subject), metadata, lambda _: ended, 1))

    def _access(self, account: Account) -> str:
        token = self._issuer.mint(self.id_of(account), account.rights, LIFETIME, self._now())
        if not self.cookies.fits(token):
            raise RightsTooManyError(len(account.rights))
        return token

    async def _present(self, account: Account) -> Renewal:
        """Return what a renewal token of an account says now."""
        subject, ended = self.id_of(account), 0
        if self._log is not None:
            ended = fold([each.fact for each in await self._log.read_stream(stream_of(subject))]).ended
        return Renewal(subject, ended, self._issuer.mark_of(account))
