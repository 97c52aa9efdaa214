"""`/names` and `/v1/names`: the names of accounts whose ids a page shows, for a browser and for programs.

A service knows the id of an account and not its name (decision 41), so a script of its page asks here. Who may not see
a name gets the same answer as for an id that no account has.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow, allow_page
from parindex.auth.principal import Right
from parindex.eventstore.vault import Opening, open_sealed
from parindex.http.problems import problems
from parindex.sign_in.events import stream_of
from parindex.sign_in.keeping import Known, fold
from parindex.sign_in.people_queries import SeenAccounts
from parindex.values.identifiers import ACCOUNT
from parindex.web.answering import private_json

MOST: Final = 25
"""Accounts of one request: the address with all of them fits into the trace of the read."""
ASKERS: Final = tuple(role for role in Role if role not in {Role.KIOSK, Role.SERVICE})

AccountIds = Annotated[
    list[Annotated[str, Field(max_length=ACCOUNT.longest)]],
    Query(alias="account", min_length=1, max_length=MOST, description="mã tài khoản; ids of accounts"),
]


class NameOut(BaseModel):
    """Tên của một tài khoản. The name of an account."""

    account: str
    name: str = Field(description="the person's name, or the sign-in name where there is no other")


class NamesOut(BaseModel):
    """Tên của các tài khoản mà người hỏi được biết. The names that the asker may see; the others are left out."""

    names: list[NameOut]


def routes(accounts: SeenAccounts) -> APIRouter:
    """Return the routes. Each reading is traced, as every reading of names is."""
    router = APIRouter(tags=["accounts"])

    @router.get("/v1/names", responses=problems(401, 403, 422))
    async def read_names(ids: AccountIds, asker: Annotated[Asker, allow(*ASKERS, reads="account-name")]) -> NamesOut:
        """Tên của các tài khoản, cho người làm việc trong cùng một cơ quan chủ trì.

        The names of accounts, for those who have a right below the same authority. Unknown accounts are left out.
        """
        found = await names_of(accounts, ids, asker)
        return NamesOut(names=[NameOut(account=account, name=name) for account, name in found.items()])

    @router.get("/names", include_in_schema=False)
    async def names_for_page(
        ids: AccountIds, asker: Annotated[Asker, allow_page(*ASKERS, reads="account-name")]
    ) -> Response:
        return private_json(await names_of(accounts, ids, asker))

    return router


async def names_of(accounts: SeenAccounts, ids: Sequence[str], asker: Asker) -> dict[str, str]:
    """Return the names that the asker may see, by account. There are two queries, for few accounts and for many.

    An account that was removed has its sign-in name from the vault, as long as that was not erased.
    """
    asker.checked = True  # account by account
    asked = sorted({each for each in ids if ACCOUNT.fits(each)})
    recorded = await accounts.register.log.read_streams(map(stream_of, asked))
    known = {each: fold([one.fact for one in recorded[stream_of(each)]]) for each in asked}
    seen = {each: of for each, of in known.items() if each == asker.subject or may_see(asker.principal.rights, of)}
    sealed = await open_sealed(accounts.register.log, [of.name for of in seen.values() if of.name])
    names = {each: sealed[of.name] for each, of in seen.items() if of.name}
    found = {each: one.text for each, one in names.items() if one.opening is Opening.VERIFIED}
    present = {each: account.shown_name for each in seen if (account := accounts.sessions.account(each)) is not None}
    return found | present


def may_see(rights: Iterable[Right], known: Known) -> bool:
    """Return whether a person with these rights may know the name: both have, or the account had, one authority."""
    return not {_authority(right.node) for right in rights}.isdisjoint(
        _authority(Right.parse(each).node) for each in known.ever
    )


def _authority(node: str) -> str:
    """Return the top of the tree of a node, H09 of H09.05."""
    return node.partition(".")[0]
