"""`/v1/accounts/{account}`: the name behind an id of the logs, for auditors and offices of a node of its rights."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.vault import open_sealed
from parindex.http.problems import problems
from parindex.service import ServiceContext
from parindex.sign_in.events import stream_of
from parindex.sign_in.keeping import fold, node_of
from parindex.sign_in.refusals import AccountUnknownError


class AccountOut(BaseModel):
    """Một tài khoản. An account; its name is verified against its commitment in the log."""

    account: str
    kind: str
    name: str = Field(description="or the reason why it can't be shown")
    name_is: str = Field(description="verified, tampered, erased or missing")
    commitment: str
    salt: str = Field(description="hex; the commitment can be verified with it")
    present: bool = Field(description="false: the account was removed")
    rights: list[str] = Field(description="its present rights, at nodes that the asker may see")
    ended: list[str] = Field(description="its former rights there")


def routes(context: ServiceContext) -> APIRouter:
    """Return the routes of sign-in that need a right."""
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
