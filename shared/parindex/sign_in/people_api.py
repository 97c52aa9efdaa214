"""`/v1/accounts`: offices create accounts, give and end rights, invite people. It executes what the pages execute."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from parindex.auth import Asker, Role
from parindex.auth.account_rules import MOST_RIGHTS, AccountKind
from parindex.auth.fastapi import allow
from parindex.auth.invitations import until_of
from parindex.http.body import AsText, Body, example
from parindex.http.fields import Line
from parindex.http.problems import problems
from parindex.sign_in.people import NewAccount, People
from parindex.sign_in.people_answers import powers_of
from parindex.sign_in.people_display import State, state_of
from parindex.sign_in.people_queries import Managed

Office = Annotated[Asker, allow(Role.OFFICE)]
CREATED = 201
RightText = Annotated[str, Field(max_length=120, examples=["unit@H09.05"])]


class AccountIn(Body):
    """Một tài khoản mới. A new account."""

    model_config = example(
        name="nguyen.thi.lan", kind="person", full_name="Nguyễn Thị Lan", rights=["unit@H09.05", "leader@H09.05"]
    )

    name: str = Field(max_length=200, description="to sign in with")
    kind: Annotated[AccountKind, AsText] = AccountKind.PERSON
    full_name: Line = Field("", description="the person's name, or what the program is")
    rights: list[RightText] = Field(min_length=1, max_length=MOST_RIGHTS)


class RightIn(Body):
    """Một quyền. A right: role@node."""

    model_config = example(right="unit@H09.05")

    right: RightText


class ManagedOut(BaseModel):
    """Một tài khoản như cơ quan chủ trì thấy. An account as an office sees it."""

    account: str
    kind: AccountKind
    name: str
    full_name: str
    state: State = Field(description="invited: no password yet; expired: and the link is too old")
    rights: list[str] = Field(description="at nodes that the asker covers")
    managed: bool = Field(description="false: it also has rights elsewhere, so only the operator changes it")
    second_factor: bool
    invited_until: str = Field(description="until when the newest invitation can be used; empty where there is none")


class AccountsOut(BaseModel):
    accounts: list[ManagedOut]


class CreatedOut(BaseModel):
    """Tài khoản mới. A new account; its link or secret is in this answer alone."""

    account: str
    invitation: str = Field(description="a person's link to set a password, once, within 7 days; empty for a program")
    client_secret: str = Field(description="of a program; empty for a person")


class InvitationOut(BaseModel):
    """Lời mời. The invitation is in this answer alone; the one before is void."""

    account: str
    invitation: str


def routes(people: People) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["accounts"])

    @router.get("/v1/accounts", responses=problems(401, 403))
    async def list_accounts(asker: Annotated[Asker, allow(Role.OFFICE, reads="account-name")]) -> AccountsOut:
        """Các tài khoản có quyền trong phạm vi của cơ quan. The accounts with a right where the asker is an office."""
        found = await people.all(powers_of(asker))
        powers_of(asker, found)
        return AccountsOut(accounts=[_out(people, each) for each in found])

    @router.post("/v1/accounts", status_code=CREATED, responses=problems(401, 403, 409, 422))
    async def create_account(body: AccountIn, response: Response, asker: Office) -> CreatedOut:
        """Tạo tài khoản: người nhận lời mời, phần mềm nhận mật khẩu. A second request is refused by the name."""
        made = await people.create(NewAccount(body.kind, body.name, body.full_name, body.rights), powers_of(asker))
        person = body.kind is AccountKind.PERSON
        response.headers["Cache-Control"] = "no-store"
        return CreatedOut(
            account=made.account,
            invitation=people.link(made.secret) if person else "",
            client_secret="" if person else made.secret,
        )

    @router.post("/v1/accounts/{account}/rights", responses=problems(401, 403, 404, 409, 422))
    async def give_account_right(account: str, body: RightIn, asker: Office) -> ManagedOut:
        """Cấp một quyền; quyền đã có thì giữ nguyên. Give a right; repeating it changes nothing."""
        await people.give(account, body.right, powers_of(asker))
        return _out(people, await people.one(account, powers_of(asker)))

    @router.post("/v1/accounts/{account}/ended-rights", responses=problems(401, 403, 404, 409, 422))
    async def end_account_right(account: str, body: RightIn, asker: Office) -> ManagedOut:
        """Kết thúc một quyền; quyền đã hết thì không đổi gì. End a right; repeating it changes nothing."""
        found = await people.end(account, body.right, powers_of(asker))
        return _out(people, found)

    @router.post("/v1/accounts/{account}/invitation", status_code=CREATED, responses=problems(401, 403, 404, 409))
    async def invite_person(account: str, response: Response, asker: Office) -> InvitationOut:
        """Lời mời mới để đặt lại mật khẩu. A new invitation, with which the person sets a new password."""
        code = await people.invite(account, powers_of(asker))
        response.headers["Cache-Control"] = "no-store"
        return InvitationOut(account=account, invitation=people.link(code))

    return router


def _out(people: People, found: Managed) -> ManagedOut:
    account, accounts = found.account, people.sessions.accounts
    return ManagedOut(
        account=found.id,
        kind=account.kind,
        name=account.name,
        full_name=account.full_name,
        state=state_of(account, accounts.unusable, people.now()),
        rights=[str(right) for right in found.rights],
        managed=found.manages,
        second_factor=account.totp != "",
        invited_until=until_of(account.invitation),
    )
