"""What the pages of people and programs show, computed beforehand: templates place, they do not compute."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts_file import Account
from parindex.auth.invitations import is_open, until_of
from parindex.sign_in.people_queries import Ended, Managed
from parindex.sign_in.wording import in_words
from parindex.values.vietnamese_order import SortKey, searched, sort_key
from parindex.web.parts import Column, Link, SummaryRow
from parindex.web.vietnamese import minute

Row = Sequence[Link | str]
COLUMNS = (Column("Họ và tên"), Column("Tên đăng nhập"), Column("Quyền"), Column("Tình trạng"))
PROGRAM_COLUMNS = (Column("Phần mềm"), Column("client_id"), Column("Quyền"))


class State(StrEnum):
    """The state of an account."""

    INVITED = "invited"
    EXPIRED = "expired"  # invited, and the link is too old
    ACTIVE = "active"
    ENDED = "ended"


STATES = {
    State.INVITED: "Đã mời, chưa đặt mật khẩu",
    State.EXPIRED: "Lời mời đã hết hạn",
    State.ACTIVE: "Đang dùng",
    State.ENDED: "Đã gỡ",
}


def state_of(account: Account, unusable: str, now: datetime) -> State:
    """Return the state of a present account. `unusable`: the hash of accounts without a password."""
    if account.password_hash != unusable or account.linked:
        return State.ACTIVE
    return State.INVITED if is_open(account.invitation, now) else State.EXPIRED


def found_in(accounts: Iterable[Managed], kind: AccountKind, asked: str) -> list[Managed]:
    """Return the accounts of a kind whose name has the asked text, with or without marks, sorted by given name."""
    wanted = searched(asked)
    found = [
        each
        for each in accounts
        if each.account.kind is kind and wanted in searched(f"{each.account.full_name} {each.account.name}")
    ]
    return sorted(found, key=lambda each: by_given_name(each.account.shown_name))


def by_given_name(name: str) -> tuple[SortKey, SortKey]:
    """Return the key that sorts people as Vietnamese lists do: by the given name, which is the last word."""
    return sort_key(name.strip().rpartition(" ")[2]), sort_key(name)


def rows_of(people: Iterable[Managed], unusable: str, now: datetime, only: State | None) -> list[Row]:
    """Return the lines of the list of people."""
    return [
        (
            Link(each.account.shown_name, f"accounts/{each.id}"),
            each.account.name,
            "; ".join(in_words(each.rights)),
            STATES[state],
        )
        for each in people
        if only in (None, state := state_of(each.account, unusable, now))
    ]


def program_rows(programs: Iterable[Managed]) -> list[Row]:
    """Return the lines of the list of programs."""
    return [
        (Link(each.account.shown_name, f"accounts/{each.id}"), each.account.name, "; ".join(in_words(each.rights)))
        for each in programs
    ]


def ended_rows(ended: Iterable[Ended], asked: str) -> list[Row]:
    """Return the lines of removed people; the accounts file has no name of a person but the sign-in name."""
    wanted = searched(asked)
    return [
        ("–", each.name, f"Trước đây: {'; '.join(in_words(each.rights))}", STATES[State.ENDED])
        for each in sorted(ended, key=lambda one: sort_key(one.name))
        if each.kind == AccountKind.PERSON and wanted in searched(each.name)
    ]


def summary_of(found: Managed, unusable: str, now: datetime) -> list[SummaryRow]:
    """Return what the page of an account says at its top."""
    account = found.account
    if account.kind is AccountKind.CLIENT:
        return [SummaryRow("client_id", account.name), SummaryRow("Mã trong sổ", found.id)]
    rows = [
        SummaryRow("Tên đăng nhập", account.name),
        SummaryRow("Tình trạng", STATES[state_of(account, unusable, now)]),
        SummaryRow("Đăng nhập hai lớp", "Đang bật" if account.totp else "Chưa bật"),
        SummaryRow("Mã trong sổ", found.id),
    ]
    if is_open(account.invitation, now):
        rows.insert(2, SummaryRow("Lời mời còn dùng được đến", minute(until_of(account.invitation))))
    return rows
