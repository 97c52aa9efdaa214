"""The door to the names: who an id of the logs is, for those who audit or run a node where the account has a right."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from parindex.auth import Asker, Role, allow
from parindex.eventstore.vault import open_sealed
from parindex.http.problems import problems
from parindex.refusal import Kind, Refused
from parindex.service import ServiceContext
from parindex.sign_in.events import stream_of
from parindex.sign_in.keeping import fold, node_of


class AccountUnknownError(Refused):
    """No such account, or none that has or had a right at a node that the asker may look into."""

    code = "unknown-account"
    kind = Kind.UNKNOWN
    vi, en = "Không có tài khoản này.", "There is no such account."


class AccountOut(BaseModel):
    """Một tài khoản. Who an id is; the name is checked against its commitment in the log."""

    account: str
    kind: str
    name: str = Field(description="or words that say why it can't be shown")
    name_is: str = Field(description="verified, tampered, erased or missing")
    commitment: str
    salt: str = Field(description="hex; with it anybody can check the commitment")
    present: bool = Field(description="false: nobody signs in as this account any more")
    rights: list[str] = Field(description="of now, at nodes that the asker may look into")
    ended: list[str] = Field(description="rights that it has had there")


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of sign-in that ask for a right."""
    router = APIRouter(tags=["accounts"])

    @router.get("/v1/accounts/{account}", responses=problems(401, 403, 404))
    async def read_account(
        account: str,
        asker: Annotated[Asker, allow(Role.OFFICE, Role.COUNCIL, Role.AUDITOR, reads="account-name")],
    ) -> AccountOut:
        """Mã trong sổ là ai: tên đăng nhập, loại tài khoản, các quyền đang có và đã có."""
        known = fold([each.fact for each in await context.log.read_stream(stream_of(account))])
        seen = asker.visible(sorted(known.ever), node_of)
        if not seen:
            raise AccountUnknownError
        name = (await open_sealed(context.log, [known.name]))[known.name]
        return AccountOut(
            account=account,
            kind=known.kind,
            name=name.shown,
            name_is=name.opening.value,
            commitment=name.commitment,
            salt=name.salt,
            present=known.present,
            rights=[right for right in seen if right in known.rights],
            ended=[right for right in seen if right not in known.rights],
        )

    return router
