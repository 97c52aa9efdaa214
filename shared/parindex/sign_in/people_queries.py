"""The accounts that an office sees, with what it may do with each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from parindex.auth.account_rules import AccountRow
from parindex.auth.accounts_editing import Change
from parindex.auth.accounts_file import Account
from parindex.auth.principal import Right
from parindex.eventstore.vault import open_sealed
from parindex.sign_in.events import CATEGORY, stream_of
from parindex.sign_in.keeping import Known, fold
from parindex.sign_in.powers import Powers
from parindex.sign_in.refusals import AccountElsewhereError, AccountUnknownError, OwnAccountError
from parindex.sign_in.register import STREAMS, Register
from parindex.sign_in.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Managed:
    """An account as an office sees it. `manages`: the office covers all its rights; `own`: it is the asker's."""

    id: str
    account: Account
    rights: Sequence[Right]
    manages: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """A removed account, with its former rights where the office has one."""

    name: str
    kind: str
    rights: Sequence[Right]


@dataclass(frozen=True)
class SeenAccounts:
    """The accounts of the file and of the log, as offices see them."""

    sessions: Sessions
    register: Register
    now: Callable[[], datetime]

    @property
    def writable(self) -> bool:
        """Whether this process may write the accounts file."""
        return self.sessions.accounts.may_change_passwords

    def link(self, code: str) -> str:
        """Return the link of an invitation."""
        return f"{self.sessions.address}/invitation?code={code}"

    async def all(self, powers: Powers) -> list[Managed]:
        """Return the accounts that an office sees."""
        found = [await self._seen(account, powers) for account in self.sessions.accounts.all]
        return [each for each in found if each is not None]

    async def one(self, account: str, powers: Powers) -> Managed:
        """Return an account that an office sees. Raises AccountUnknownError."""
        present = self.sessions.account(account)
        found = await self._seen(present, powers) if present is not None else None
        if found is None:
            raise AccountUnknownError
        return found

    async def ended(self, powers: Powers) -> list[Ended]:
        """Return the removed accounts that had a right where the office has one. Their names are from the vault."""
        log, found = self.register.log, dict[str, Known]()
        for row in await log.pool.fetch(STREAMS, f"{CATEGORY}-"):
            account = row["stream"].removeprefix(f"{CATEGORY}-")
            known = await self.known(account)
            if not known.present and powers.sees(map(Right.parse, known.ever)):
                found[account] = known
        names = await open_sealed(log, [known.name for known in found.values()])
        return [
            Ended(names[known.name].shown, known.kind, [*filter(powers.gives, map(Right.parse, sorted(known.ever)))])
            for known in found.values()
        ]

    async def known(self, account: str) -> Known:
        """Return the state of an account in the log."""
        return fold([each.fact for each in await self.register.log.read_stream(stream_of(account))])

    async def manageable(self, account: str, powers: Powers) -> Managed:
        """Raises AccountUnknownError, OwnAccountError, AccountElsewhereError."""
        found = await self.one(account, powers)
        if found.own:
            raise OwnAccountError
        if not found.manages:
            raise AccountElsewhereError
        return found

    async def _seen(self, account: Account, powers: Powers) -> Managed | None:
        identity = self.sessions.id_of(account)
        rights: Sequence[Right] = account.rights
        if not rights:
            rights = [Right.parse(each) for each in sorted((await self.known(identity)).ever)]
        if not powers.sees(rights):
            return None
        own = powers.is_own(identity)
        covered = [right for right in account.rights if powers.gives(right)]
        return Managed(identity, account, covered, powers.manages(rights), own)


def if_managed(found: Managed, powers: Powers, change: Change) -> Change:
    """Return a change that checks again, under the lock of the file, that the office manages the account.

    It raises AccountElsewhereError where the account has got a right meanwhile that the office does not cover.
    """

    def checked(row: AccountRow) -> AccountRow | None:
        rights = [*map(Right.parse, row.rights)]
        if {*rights} - {*found.account.rights} and not powers.manages(rights):
            raise AccountElsewhereError
        return change(row)

    return checked
