"""Checks the whole history of one service in its database: log, columns, texts, recount, and the service's own checks.

`parindex doctor` and `/v1/log/verification` run it. It is bounded: a log of more than MOST entries is not read.
"""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.discrepancy import Discrepancy
from parindex.eventstore.verifying import verify_log
from parindex.eventstore.writing import DriverConnection
from parindex.service import Service, ServiceContext

MOST = 200_000
"""Entries of a log that is read within a request, in some seconds; a longer log is for `parindex audit`."""
HEAD = "SELECT position FROM log_head"


class DiscrepancyOut(BaseModel):
    """One disagreement. `check` is its number in docs/formats/audit.md."""

    check: str
    at: str
    vi: str
    en: str


class VerificationOut(BaseModel):
    """The result of a service's check of its own history."""

    whole: bool = Field(description="false: the log is too long to be read while you wait, and was not")
    discrepancies: list[DiscrepancyOut]


async def check_history(
    service: Service, connection: DriverConnection, most: int = MOST
) -> tuple[bool, list[Discrepancy]]:
    """Return whether the log was read, and all discrepancies between the log and the rest of the database."""
    found = list(await service.examine(connection)) if service.examine else []
    whole = int(await connection.fetchval(HEAD)) <= most
    if whole:
        recount = service.recount() if service.recount else None
        found += await verify_log(connection, service.types, see=recount.see if recount else None)
        found += recount.differences() if recount else ()
    return whole, found


def history_routes(service: Service, context: ServiceContext) -> APIRouter:
    """Serve the check of a service's own database to auditors: no feed has the database's columns."""
    router = APIRouter(tags=["feeds"])
    one_at_a_time = asyncio.Lock()

    @router.get("/v1/log/verification")
    async def verify_history(asker: Annotated[Asker, allow(Role.AUDITOR, Role.SERVICE)]) -> VerificationOut:
        """Dịch vụ tự kiểm tra sổ, cột, văn bản của mình.

        Let the service check its log, the columns beside it, and its texts. It names places, and no content.
        """
        asker.checked = True  # every auditor may see places and numbers of checks
        async with one_at_a_time, context.log.pool.acquire() as connection:
            whole, found = await check_history(service, connection)
        return VerificationOut(
            whole=whole,
            discrepancies=[DiscrepancyOut(check=each.check, at=each.at, vi=each.vi, en=each.en) for each in found],
        )

    return router
