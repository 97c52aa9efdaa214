"""Lists of links as the operator applies them to an accounts file: the same list and rules as at the page."""

from collections.abc import Sequence
from functools import reduce
from pathlib import Path

from rich.console import Console

from parindex.auth.account_links import OutsideAccount
from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts_editing import AccountGoneError, Change, change_rows
from parindex.auth.accounts_file import Account, accounts_in
from parindex.auth.link_lists import LARGEST_LIST, text_in
from parindex.auth.link_plans import Linkable, LinkListStaleError, LinkPlan, LinkState, planned
from parindex.auth.refusals import SecretFileError
from parindex.inputs.files import read_bytes
from parindex.sign_in.linking import with_link
from parindex.sign_in.refusals import NotAPersonError
from parindex.wording import Wording

STATES = {LinkState.NEW: "mới / new", LinkState.UNCHANGED: "đã có / unchanged"}


def list_text(path: Path) -> str:
    """Return the text of a list. Raises SecretFileError where it can't be read, LinkListWrongError."""
    try:
        return text_in(read_bytes(path, LARGEST_LIST + 1))
    except OSError as error:
        raise SecretFileError.unread(path, error) from error


def plan_in(file: Path, text: str) -> LinkPlan:
    """Return the changes that a list would make in an accounts file. Raises AccountsFileError, SecretFileError."""
    accounts = accounts_in(file)
    holders = {link: _id(each) for each in accounts for link in each.linked}
    return planned(text, [*map(_linkable, accounts)], holders)


def link_all(file: Path, text: str, checksum: str) -> None:
    """Write the links of a list that has been seen, all or nothing.

    Raises LinkListWrongError, LinkListStaleError, TooManyLinksError, AccountsFileError, SecretFileError.
    """
    plan = plan_in(file, text)
    plan.check(checksum)
    names = {line.account.id: line.account.name for line in plan.lines}
    try:
        change_rows(file, {names[account]: _adding(links) for account, links in plan.new.items()})
    except AccountGoneError:
        raise LinkListStaleError from None


def show_plan(plan: LinkPlan, console: Console) -> None:
    """Print the changes that a list would make."""
    for line in plan.lines:
        link = line.link
        said = f"{line.account.name}  {link.issuer}  {link.subject}  {STATES[line.state]}"
        console.print(said, markup=False, highlight=False, soft_wrap=True)
    new = sum(map(len, plan.new.values()))
    console.print(f"{new} liên kết mới, {len(plan.lines) - new} đã có. {new} new, {len(plan.lines) - new} unchanged.")


def _adding(links: Sequence[OutsideAccount]) -> Change:
    return lambda row: reduce(with_link, links, row)


def _linkable(account: Account) -> Linkable:
    program = account.kind is not AccountKind.PERSON
    obstacle = Wording(NotAPersonError.vi, NotAPersonError.en) if program else None
    return Linkable(_id(account), account.name, account.full_name, account.linked, obstacle)


def _id(account: Account) -> str:
    """Return the account's id; an account of an older version has none in the file, and its name stands for it."""
    return account.id or account.name
