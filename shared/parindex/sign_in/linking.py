"""How a row of the accounts file changes when an office links an outside identity, or removes a link. Pure."""

from msgspec.structs import replace

from parindex.auth.account_links import MOST_LINKS, OutsideAccount, faults_of_links
from parindex.auth.account_rules import AccountRow
from parindex.http.problems import MalformedError
from parindex.refusal import Place
from parindex.sign_in.refusals import TooManyLinksError


def check(link: OutsideAccount) -> None:
    """Raise MalformedError with the places of a request that names no outside identity."""
    faults = [*faults_of_links("", [link], person=True)]
    if faults:
        raise MalformedError([Place(at.removeprefix("/0"), vi, en) for at, vi, en in faults])


def with_link(row: AccountRow, link: OutsideAccount) -> AccountRow:
    """Return the row with a link; one that it has stays. Raises TooManyLinksError."""
    if link in row.linked:
        return row
    if len(row.linked) >= MOST_LINKS:
        raise TooManyLinksError(MOST_LINKS)
    return replace(row, linked=[*row.linked, link])


def without_link(row: AccountRow, link: OutsideAccount, unusable: str) -> AccountRow:
    """Return the row without a link. `unusable`: the hash of an account that has neither link nor password then."""
    linked = [each for each in row.linked if each != link]
    return replace(row, linked=linked, password_hash=row.password_hash or ("" if linked else unusable))
