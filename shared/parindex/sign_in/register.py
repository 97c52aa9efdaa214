"""Records the accounts file in the log of accounts: at the start, and whenever the file has changed.

Several processes may do it at once: each appends to an account's stream at the version that it read, and reads again
if another process was first.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import uuid4

import structlog

from parindex.auth.accounts import Accounts
from parindex.auth.accounts_file import Account
from parindex.auth.invitations import until_of
from parindex.auth.issuer import LocalIssuer
from parindex.auth.principal import OPERATOR
from parindex.eventstore.appending import Append, Metadata, Sealed, StreamMovedError, if_still
from parindex.eventstore.log import Log
from parindex.eventstore.sealing import seal
from parindex.eventstore.vault import open_sealed
from parindex.instant import instant
from parindex.refusal import Refused
from parindex.sign_in.events import CATEGORY, Event, stream_of
from parindex.sign_in.keeping import Known, Wanted, difference, fold, removal

DOMAIN = "account-name"
LINK_DOMAIN = "outside-account"
LOOK_EVERY = 2.0
"""Seconds between two checks of the accounts file."""
TRIES = 5

STREAMS = "SELECT stream FROM streams WHERE starts_with(stream, $1)"

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Register:
    """The log of accounts, with the accounts that it records."""

    log: Log
    issuer: LocalIssuer
    accounts: Accounts
    now: Callable[[], datetime]
    actor: str = OPERATOR
    """Who changed what is recorded. The author of a change in the file is not known, so it is the operator's."""
    reason: str = ""
    """Why an office removes a second factor; its text goes to the vault."""

    async def record(self, account: str, found: Account | None, actor: str, reason: str = "") -> None:
        """Append what a person has changed of one account; `found` is None where it was removed.

        The caller holds `accounts.recording`. Where it fails, the follower records the change, without the person.
        """
        try:
            await replace(self, actor=actor, reason=reason).keep_one(account, found)
        except BaseException:
            self.accounts.read_again()
            raise

    async def catch_up(self) -> None:
        """Record what others have written into the file, under the operator's name, before a person changes it.

        The caller holds `accounts.recording`. Raises as `Accounts.reread` does.
        """
        if await asyncio.to_thread(self.accounts.reread):
            try:
                await self.keep()
            except BaseException:
                self.accounts.read_again()
                raise

    async def keep(self) -> None:
        """Append the differences between the accounts and the log; without differences, append nothing."""
        present = {self.issuer.id_of(account): account for account in self.accounts.all}
        for row in await self.log.pool.fetch(STREAMS, f"{CATEGORY}-"):
            account = row["stream"].removeprefix(f"{CATEGORY}-")
            if account not in present:
                await self.keep_one(account, None)
        for account, found in present.items():
            await self.keep_one(account, found)

    async def follow(self) -> None:
        """Run until cancelled: when the accounts file has changed, load its accounts and record the differences."""
        behind = False
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                async with self.accounts.recording:
                    if await asyncio.to_thread(self.accounts.reread) or behind:
                        behind = True
                        await self.keep()
                        behind = False
            except Refused as refused:
                logger.warning("accounts_not_taken", code=refused.code)
            except Exception as error:  # noqa: BLE001  # any error: the next check retries
                logger.warning("accounts_not_kept", reason=type(error).__name__)

    async def keep_one(self, account: str, found: Account | None) -> None:
        for _ in range(TRIES):
            try:
                await self._try(account, found)
            except StreamMovedError:
                continue  # another process was first
            return
        raise StreamMovedError(stream_of(account), 0, 0)

    async def _try(self, account: str, found: Account | None) -> None:
        recorded = await self.log.read_stream(stream_of(account))
        version = recorded[-1].entry.version if recorded else 0
        known = fold([each.fact for each in recorded])
        mark = _mark(found)
        if found is None:
            await self._append(account, version, removal(account, known), b"", ())
            return
        before = (await self.log.stream_head(stream_of(account))).state
        sealed = await self._sealed(known, found)
        name = sealed[0].commitment if sealed else known.name
        rights = tuple(str(right) for right in found.rights)
        new_password = before is not None and before != mark
        until = until_of(found.invitation)
        removes = self.reason != "" and known.second_factor and not found.totp
        reasons = (seal(self.reason, "reason"),) if removes else ()
        why = reasons[0].commitment if reasons else ""
        links, seals = await self._links(known, found)
        wanted = Wanted(account, found.kind.value, name, rights, new_password, until, found.totp != "", why, links)
        await self._append(account, version, difference(known, wanted), mark, (*sealed, *reasons, *seals))

    async def _sealed(self, known: Known, found: Account) -> Sequence[Sealed]:
        """Return a commitment to the name, unless the log's commitment already opens to it."""
        opened = (await open_sealed(self.log, [known.name]))[known.name] if known.name else None
        if known.present and opened is not None and opened.text == found.name:
            return ()
        return (seal(found.name, DOMAIN),)

    async def _links(self, known: Known, found: Account) -> tuple[tuple[str, ...], Sequence[Sealed]]:
        """Return the commitments to the outside identities of an account, and the new ones among them, sealed."""
        opened = await open_sealed(self.log, known.links) if known.links else {}
        present = {each.text: commitment for commitment, each in opened.items() if each.text}
        texts = [f"{link.issuer} {link.subject}" for link in found.linked]
        new = {text: seal(text, LINK_DOMAIN) for text in texts if text not in present}
        return tuple(present.get(text) or new[text].commitment for text in texts), tuple(new.values())

    async def _append(
        self, account: str, version: int, added: Iterable[tuple[str, Event]], mark: bytes, sealed: Sequence[Sealed]
    ) -> None:
        correlation = uuid4().hex
        for node, events in _by_node(added):
            metadata = Metadata(self.actor, instant(self.now()), node, correlation, sealed=tuple(sealed))
            decide = if_still(stream_of(account), version, events, mark)
            await self.log.append(Append(stream_of(account), metadata, decide, len(events)))
            version, sealed = version + len(events), ()  # the name is in the vault by now


async def reread_forever(accounts: Accounts) -> None:
    """Load the accounts file whenever it has changed, until cancelled; for an issuer without a log."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            await asyncio.to_thread(accounts.reread)
        except Refused as refused:
            logger.warning("accounts_not_taken", code=refused.code)


def _by_node(added: Iterable[tuple[str, Event]]) -> Iterator[tuple[str, list[Event]]]:
    for node, group in groupby(added, key=lambda pair: pair[0]):
        yield node, [event for _, event in group]


def _mark(account: Account | None) -> bytes:
    """Return a mark that changes with the password: a hash of its salted hash. It is in no event."""
    return hashlib.sha256(account.password_hash.encode()).digest() if account else b""
