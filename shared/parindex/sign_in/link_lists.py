"""Links to identities of the outside issuer by a list: one path for pages and API.

A list is compared with the accounts before anything is written, and it is applied as a whole or not at all. A list that
was applied changes nothing when it is sent again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from parindex.auth.account_links import OutsideAccount
from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts_editing import AccountGoneError, Change
from parindex.auth.accounts_file import AccountsFileError
from parindex.auth.link_plans import Linkable, LinkPlan, planned
from parindex.auth.refusals import SecretFileError
from parindex.sign_in.linking import with_link
from parindex.sign_in.people import People
from parindex.sign_in.people_queries import Managed, if_managed
from parindex.sign_in.powers import Powers
from parindex.sign_in.refusals import (
    AccountElsewhereError,
    AccountNotWrittenError,
    AccountsFixedError,
    AccountUnknownError,
    NoOutsideIssuerError,
    NotAPersonError,
    OwnAccountError,
)
from parindex.wording import Wording


@dataclass(frozen=True, slots=True)
class LinkLists:
    """Lists of links, as offices send them."""

    people: People

    async def plan(self, text: str, powers: Powers) -> tuple[LinkPlan, Sequence[Managed]]:
        """Return the changes that a list would make, with the accounts that it names. Raises NoOutsideIssuerError."""
        if not self.people.outside:
            raise NoOutsideIssuerError
        seen = {each.id: each for each in await self.people.all(powers)}
        plan = planned(text, [*map(_linkable, seen.values())], self._holders(), self.people.outside)
        return plan, [seen[account] for account in dict.fromkeys(line.account.id for line in plan.lines)]

    async def link(self, text: str, powers: Powers, checksum: str = "") -> tuple[LinkPlan, Sequence[Managed]]:
        """Link by a list, all or nothing; return its plan. `checksum`: of the plan that the sender saw.

        Raises NoOutsideIssuerError, AccountsFixedError, LinkListWrongError, LinkListStaleError, AccountUnknownError,
        AccountElsewhereError, AccountNotWrittenError.
        """
        if not self.people.writable:
            raise AccountsFixedError
        async with self.people.sessions.accounts.recording:
            await self._catch_up()
            plan, found = await self.plan(text, powers)
            plan.check(checksum)
            await self._write(plan.new, {each.id: each for each in found}, powers)
        return plan, found

    async def _catch_up(self) -> None:
        try:
            await self.people.register.catch_up()
        except (AccountsFileError, SecretFileError) as error:
            raise AccountNotWrittenError from error

    async def _write(
        self, new: Mapping[str, Sequence[OutsideAccount]], found: Mapping[str, Managed], powers: Powers
    ) -> None:
        """Write the links into the file, then record each account that has new ones."""
        accounts, sessions = self.people.sessions.accounts, self.people.sessions
        changes = {
            found[account].account.name: if_managed(found[account], powers, _adding(links))
            for account, links in new.items()
        }
        try:
            await asyncio.to_thread(accounts.change_all, changes)
        except AccountGoneError:
            raise AccountUnknownError from None
        except (AccountsFileError, SecretFileError) as error:
            raise AccountNotWrittenError from error
        for account in new:
            await self.people.register.record(account, sessions.account(account), powers.principal.subject)

    def _holders(self) -> dict[OutsideAccount, str]:
        """Return the account that has each link, also of those that the office does not see."""
        sessions = self.people.sessions
        return {link: sessions.id_of(each) for each in sessions.accounts.all for link in each.linked}


def _adding(links: Sequence[OutsideAccount]) -> Change:
    return lambda row: reduce(with_link, links, row)


def _linkable(found: Managed) -> Linkable:
    account = found.account
    return Linkable(found.id, account.name, account.full_name, account.linked, _obstacle(found))


def _obstacle(found: Managed) -> Wording | None:
    """Return why an account can't be linked by this office, in the words of the refusal of one link."""
    if found.account.kind is not AccountKind.PERSON:
        return Wording(NotAPersonError.vi, NotAPersonError.en)
    if found.own:
        return Wording(OwnAccountError.vi, OwnAccountError.en)
    return None if found.manages else Wording(AccountElsewhereError.vi, AccountElsewhereError.en)
