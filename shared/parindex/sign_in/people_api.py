"""`/v1/accounts`: offices create accounts, give and end rights, invite people. It executes what the pages execute."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from parindex.auth import Asker, Role
from parindex.auth.account_links import OutsideAccount
from parindex.auth.account_rules import AccountKind
from parindex.auth.fastapi import allow
from parindex.auth.invitations import until_of
from parindex.http.problems import problems
from parindex.http.write_endpoints import IdempotencyKey, idempotency_of, write_of
from parindex.sign_in.people import NewAccount, People
from parindex.sign_in.people_answers import powers_of
from parindex.sign_in.people_bodies import (
    AccountIn,
    AccountsOut,
    CreatedOut,
    EndedLinkIn,
    InvitationOut,
    LinkIn,
    LinkOut,
    ManagedOut,
    RemovedOut,
    RightIn,
    SecretOut,
    WhyIn,
)
from parindex.sign_in.people_display import state_of
from parindex.sign_in.people_queries import Managed

Office = Annotated[Asker, allow(Role.OFFICE)]
CREATED = 201


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
    async def create_account(
        body: AccountIn, response: Response, asker: Office, key: IdempotencyKey = None
    ) -> CreatedOut:
        """Tạo tài khoản: người nhận lời mời, phần mềm nhận mật khẩu; gửi lại cùng khóa thì nhận cùng câu trả lời.

        Create an account. Sent again with its `Idempotency-Key`, it gets the same answer, as long as the process runs;
        without one, or after a restart, a second request is refused by the name.
        """
        new = NewAccount(body.kind, body.name, body.full_name, body.rights)
        made = await people.create(new, powers_of(asker), _key(key))
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
    async def invite_person(
        account: str, response: Response, asker: Office, key: IdempotencyKey = None
    ) -> InvitationOut:
        """Lời mời mới để đặt lại mật khẩu. A new invitation, with which the person sets a new password."""
        code = await people.invite(account, powers_of(asker), _key(key))
        response.headers["Cache-Control"] = "no-store"
        return InvitationOut(account=account, invitation=people.link(code))

    _add_endings(router, people)
    _add_links(router, people)
    return router


def _add_endings(router: APIRouter, people: People) -> None:
    """Add the routes that end something: a secret, sessions, a second factor, the account."""

    @router.post("/v1/accounts/{account}/secret", status_code=CREATED, responses=problems(401, 403, 404, 409))
    async def replace_client_secret(
        account: str, response: Response, asker: Office, key: IdempotencyKey = None
    ) -> SecretOut:
        """Mật khẩu mới cho một phần mềm; mật khẩu cũ hết hiệu lực ngay. A new secret for a program."""
        secret = await people.replace_secret(account, powers_of(asker), _key(key))
        response.headers["Cache-Control"] = "no-store"
        return SecretOut(account=account, client_secret=secret)

    @router.post("/v1/accounts/{account}/sessions-end", responses=problems(401, 403, 404, 409, 422))
    async def end_account_sessions(
        request: Request, account: str, asker: Office, key: IdempotencyKey = None
    ) -> ManagedOut:
        """Kết thúc mọi phiên của một người ở trình duyệt. End all sessions of a person; 15 minutes later at most.

        Sent again with its `Idempotency-Key`, also after a restart, it does not end the sessions that began since.
        """
        write = write_of(request, key, None, b"")
        idempotency = idempotency_of(asker, key, write.request_hash)
        await people.end_sessions(account, powers_of(asker), write.correlation, idempotency)
        return _out(people, await people.one(account, powers_of(asker)))

    @router.post("/v1/accounts/{account}/second-factor-end", responses=problems(401, 403, 404, 409, 422))
    async def reset_account_second_factor(account: str, body: WhyIn, asker: Office) -> ManagedOut:
        """Gỡ đăng nhập hai lớp của một người, có lý do. Remove a person's second factor, for a reason."""
        await people.reset_second_factor(account, powers_of(asker), body.reason)
        return _out(people, await people.one(account, powers_of(asker)))

    @router.post("/v1/accounts/{account}/removal", responses=problems(401, 403, 404, 409))
    async def remove_managed_account(account: str, asker: Office) -> RemovedOut:
        """Gỡ một tài khoản; việc đã làm vẫn còn trong sổ. Remove an account; its rights end in the log, too."""
        await people.remove(account, powers_of(asker))
        return RemovedOut(account=account)


def _add_links(router: APIRouter, people: People) -> None:
    """Add the routes of links to identities of the outside issuer."""

    @router.post("/v1/accounts/{account}/links", responses=problems(401, 403, 404, 409, 422))
    async def link_outside_account(account: str, body: LinkIn, asker: Office) -> ManagedOut:
        """Liên kết với một danh tính bên ngoài. Link an identity of the outside issuer; repeating it changes nothing.

        The person's earlier sessions end.
        """
        await people.link_outside(account, body.subject, powers_of(asker))
        return _out(people, await people.one(account, powers_of(asker)))

    @router.post("/v1/accounts/{account}/ended-links", responses=problems(401, 403, 404, 409, 422))
    async def end_outside_link(account: str, body: EndedLinkIn, asker: Office) -> ManagedOut:
        """Gỡ một liên kết; liên kết đã gỡ thì không đổi gì. Remove a link; repeating it changes nothing.

        The person's earlier sessions end.
        """
        await people.unlink_outside(account, OutsideAccount(body.issuer, body.subject), powers_of(asker))
        return _out(people, await people.one(account, powers_of(asker)))


def _key(given: str | None) -> str:
    """Return what a secret is derived from; the prefix separates keys of programs from those of forms."""
    return f"api {given}" if given else ""


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
        linked=[LinkOut(issuer=each.issuer, subject=each.subject) for each in account.linked if found.manages],
        invited_until=until_of(account.invitation),
    )
