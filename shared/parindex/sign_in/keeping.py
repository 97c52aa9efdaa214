"""The difference between the log of accounts and the accounts file, as events to append. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from parindex.sign_in.events import (
    AccountAdded,
    AccountRemoved,
    AccountRenamed,
    Event,
    InvitationIssued,
    OutsideAccountLinked,
    OutsideAccountUnlinked,
    PasswordChanged,
    RightEnded,
    RightGranted,
    SecondFactorAdded,
    SecondFactorRemoved,
    SessionsEnded,
)

INSTALLATION = "installation"
"""The authority of events of an account itself, which has no node: `auditor@installation` reads them."""


@dataclass(frozen=True, slots=True)
class Known:
    """An account's state in the log. `name` and `links` are commitments; `ever` has all rights that it has or had.

    `ended`: how often the person's sessions were ended. `invited_until`: of the newest invitation.
    """

    present: bool = False
    kind: str = ""
    name: str = ""
    rights: tuple[str, ...] = ()
    ever: frozenset[str] = frozenset()
    ended: int = 0
    invited_until: str = ""
    second_factor: bool = False
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account in the file. `new_password`: its password has changed since the log was last compared."""

    account: str
    kind: str
    name: str
    rights: tuple[str, ...]
    new_password: bool = False
    invited_until: str = ""  # "" where no invitation can be used
    second_factor: bool = False
    reason: str = ""  # the commitment to why an office removed the second factor
    links: tuple[str, ...] = ()  # the commitments to its outside identities


def evolve(known: Known, event: Event) -> Known:  # noqa: C901, PLR0911, PLR0912  # one for each event
    """Return the state after an event."""
    match event:
        case AccountAdded():
            return replace(known, present=True, kind=event.kind, name=event.name)
        case AccountRenamed():
            return replace(known, name=event.name)
        case RightGranted():
            return replace(known, rights=(*known.rights, event.right), ever=known.ever | {event.right})
        case RightEnded():
            return replace(known, rights=tuple(right for right in known.rights if right != event.right))
        case PasswordChanged():
            return known
        case SessionsEnded():
            return replace(known, ended=known.ended + 1)
        case InvitationIssued():
            return replace(known, invited_until=event.until)
        case SecondFactorAdded():
            return replace(known, second_factor=True)
        case SecondFactorRemoved():
            return replace(known, second_factor=False)
        case OutsideAccountLinked():
            return replace(known, links=(*known.links, event.identity))
        case OutsideAccountUnlinked():
            return replace(known, links=tuple(link for link in known.links if link != event.identity))
        case AccountRemoved():
            return replace(known, present=False, links=())
        case _:
            assert_never(event)


def fold(events: Sequence[Event]) -> Known:
    """Return the state after all events of an account."""
    known = Known()
    for event in events:
        known = evolve(known, event)
    return known


def difference(known: Known, wanted: Wanted) -> Iterator[tuple[str, Event]]:
    """Yield the events to append, each with the node that is its authority."""
    account = wanted.account
    if not known.present:
        yield INSTALLATION, AccountAdded(account, wanted.kind, wanted.name)
    elif known.name != wanted.name:
        yield INSTALLATION, AccountRenamed(account, wanted.name)
    if known.present and wanted.new_password:
        yield INSTALLATION, PasswordChanged(account)
    if wanted.invited_until and wanted.invited_until != known.invited_until:
        yield INSTALLATION, InvitationIssued(account, wanted.invited_until)
    if wanted.second_factor != known.second_factor:
        yield INSTALLATION, _second_factor(wanted)
    yield from _links(known, wanted)
    for right in known.rights:
        if right not in wanted.rights:
            yield node_of(right), RightEnded(account, right)
    for right in dict.fromkeys(wanted.rights):
        if right not in known.rights:
            yield node_of(right), RightGranted(account, right, wanted.name)


def _links(known: Known, wanted: Wanted) -> Iterator[tuple[str, Event]]:
    for link in known.links:
        if link not in wanted.links:
            yield INSTALLATION, OutsideAccountUnlinked(wanted.account, link)
    for link in wanted.links:
        if link not in known.links:
            yield INSTALLATION, OutsideAccountLinked(wanted.account, link)


def _second_factor(wanted: Wanted) -> Event:
    return (
        SecondFactorAdded(wanted.account)
        if wanted.second_factor
        else SecondFactorRemoved(wanted.account, wanted.reason)
    )


def removal(account: str, known: Known) -> Iterator[tuple[str, Event]]:
    """Yield the events to append for an account that the file does not have any more."""
    for right in known.rights:
        yield node_of(right), RightEnded(account, right)
    if known.present:
        yield INSTALLATION, AccountRemoved(account)


def node_of(right: str) -> str:
    """Return the node of a right: H09 of office@H09."""
    return right.partition("@")[2]
