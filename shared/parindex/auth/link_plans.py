"""The changes that a list of links would make to the accounts. Pure."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from parindex.auth.account_links import MOST_LINKS, OutsideAccount
from parindex.auth.link_lists import ACCOUNT, ISSUER, SUBJECT, LinkListWrongError, ListedLink, Mistake, lines_in
from parindex.auth.typed import one_name
from parindex.refusal import Kind, Refused, first_places
from parindex.wording import Wording

UNKNOWN = Wording("Không có tài khoản này.", "There is no such account.")
TAKEN = Wording(
    "Danh tính này đã liên kết với một tài khoản khác.", "This identity is linked to another account already."
)


class LinkListStaleError(Refused):
    """A list names other accounts than in the plan that its sender saw: an account was renamed or removed."""

    code = "link-list-stale"
    kind = Kind.STALE
    advice = ("Xem lại danh sách rồi xác nhận lần nữa.", "Look at the list again, then confirm it again.")
    vi = "Tài khoản đã thay đổi từ khi xem danh sách này, nên chưa liên kết gì."
    en = "Accounts have changed since this list was checked, so nothing was linked."


class LinkState(StrEnum):
    """What a line of a list means for its account."""

    NEW = "new"
    UNCHANGED = "unchanged"  # the account has the link
    TAKEN = "taken"  # another account has it


@dataclass(frozen=True, slots=True)
class Linkable:
    """An account that a list may name. `obstacle`: why the author of the list may not link it."""

    id: str
    name: str
    full_name: str
    linked: Sequence[OutsideAccount]
    obstacle: Wording | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of a list with its account. `others`: how many other links the account has."""

    row: int
    account: Linkable
    link: OutsideAccount
    state: LinkState
    others: int


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """What a list would change, and its mistakes; with one of them it changes nothing."""

    lines: Sequence[Planned]
    mistakes: Sequence[Mistake]

    @property
    def new(self) -> dict[str, list[OutsideAccount]]:
        """Return the links to add, by the id of the account."""
        found: dict[str, list[OutsideAccount]] = {}
        for line in self.lines:
            if line.state is LinkState.NEW:
                found.setdefault(line.account.id, []).append(line.link)
        return found

    @property
    def checksum(self) -> str:
        """Return the checksum of a list's meaning: each identity with the account that it names."""
        said = sorted(f"{line.account.id} {line.link.issuer} {line.link.subject}" for line in self.lines)
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def check(self, checksum: str = "") -> None:
        """Raise LinkListWrongError if the list has mistakes, and LinkListStaleError if its sender saw another plan."""
        if self.mistakes:
            raise LinkListWrongError(first_places(mistake.place for mistake in self.mistakes))
        if checksum and checksum != self.checksum:
            raise LinkListStaleError


def planned(
    text: str, accounts: Sequence[Linkable], holders: Mapping[OutsideAccount, str], issuer: str = ""
) -> LinkPlan:
    """Compare a list with the accounts. `holders`: the id of the account that has each link, also of those not named.

    `issuer`: the only one to which links may be made, or "".
    """
    lines, mistakes = lines_in(text)
    by_id = {each.id: each for each in accounts}
    by_name = {one_name(each.name): each for each in accounts}
    found: list[Planned] = []
    for line in lines:
        account = by_id.get(line.account) or by_name.get(one_name(line.account))
        wrong = [*_faults(line, account, issuer)]
        mistakes += wrong
        if account is None:
            continue
        state = _state(line.link, account, holders)
        if state is LinkState.TAKEN:
            mistakes.append(line.mistake(SUBJECT, TAKEN))
        if not wrong:
            found.append(Planned(line.row, account, line.link, state, len({*account.linked} - {line.link})))
    mistakes += _twice(lines)
    mistakes += _too_many(lines, found)
    return LinkPlan(found, sorted(mistakes, key=lambda each: (each.row, each.column)))


def _state(link: OutsideAccount, account: Linkable, holders: Mapping[OutsideAccount, str]) -> LinkState:
    if link in account.linked:
        return LinkState.UNCHANGED
    return LinkState.TAKEN if holders.get(link, account.id) != account.id else LinkState.NEW


def _faults(line: ListedLink, account: Linkable | None, issuer: str) -> Iterator[Mistake]:
    if account is None:
        yield line.mistake(ACCOUNT, UNKNOWN)
    elif account.obstacle:
        yield line.mistake(ACCOUNT, account.obstacle)
    if issuer and line.link.issuer != issuer:
        said = Wording(f"Phải đúng từng ký tự là {issuer}", f"It has to be exactly {issuer}")
        yield line.mistake(ISSUER, said)


def _twice(lines: Sequence[ListedLink]) -> Iterator[Mistake]:
    """Yield the identities that a line above has: an identity belongs to one account, and is written once."""
    first: dict[OutsideAccount, int] = {}
    for line in lines:
        if line.link in first:
            row = first[line.link]
            yield line.mistake(SUBJECT, Wording(f"Danh tính này đã có ở dòng {row}.", f"Row {row} has this identity."))
        first.setdefault(line.link, line.row)


def _too_many(lines: Sequence[ListedLink], found: Sequence[Planned]) -> Iterator[Mistake]:
    """Yield the lines by which an account would get more links than it may have."""
    counts: dict[str, int] = {}
    by_row = {line.row: line for line in lines}
    for each in found:
        if each.state is LinkState.NEW:
            count = counts[each.account.id] = counts.get(each.account.id, len(each.account.linked)) + 1
            if count > MOST_LINKS:
                vi = f"Tài khoản sẽ có hơn {MOST_LINKS} liên kết."
                said = Wording(vi, f"The account would have more than {MOST_LINKS} links.")
                yield by_row[each.row].mistake(ACCOUNT, said)
