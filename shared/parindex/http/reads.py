"""Read traces: each read of unpublished data is recorded (account, on whose behalf, address, time) for auditors."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from asyncpg import Record
from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, Field
from starlette.types import Scope

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow, trace_reads
from parindex.eventstore.log import Log
from parindex.http.fields import Whole
from parindex.http.problems import problems
from parindex.instant import instant

LONGEST = 2_000
"""Characters of an address that a trace stores."""
PAGE = 1_000

KEEP = "INSERT INTO reads (actor, via, action, subject, authority) VALUES ($1, $2, $3, $4, $5)"
AFTER = """
SELECT number, at, actor, via, action, subject, authority FROM reads WHERE number > $1 ORDER BY number LIMIT $2
"""


class ReadOut(BaseModel):
    """Một lần đọc."""

    number: int
    at: str
    actor: str = Field(description="an account's id; sign-in says whose it is")
    via: str = Field(description="on whose behalf the actor acted, such as `operator`; empty: their own")
    action: str = Field(description="what kind of thing was read")
    subject: str = Field(description="the address")
    authority: str = Field(description="the nodes by whose right, separated by blanks")


def keep_reads(app: FastAPI, log: Log) -> None:
    """Record the reads of this app in the table `reads` of its log's database."""

    async def trace(asker: Asker, scope: Scope) -> None:
        who = asker.principal
        row = (who.subject, who.via, asker.rule.reads, _address(scope), " ".join(_nodes(asker)))
        await log.pool.execute(KEEP, *row)

    trace_reads(app, trace)


def reads_routes(log: Log) -> APIRouter:
    """Serve the read traces."""
    router = APIRouter(tags=["feeds"])

    @router.get("/v1/reads", responses=problems(401, 403))
    async def list_reads(
        asker: Annotated[Asker, allow(Role.AUDITOR)],
        after: Annotated[Whole, Query(ge=0, lt=2**63, description="read on after this number")] = 0,
        limit: Annotated[Whole, Query(ge=1, le=PAGE)] = PAGE,
    ) -> list[ReadOut]:
        """Ai đã đọc gì, khi nào: điểm chưa công bố, sổ, nội dung trong kho. Cho kiểm toán của đơn vị liên quan.

        Who read what, and when: unpublished scores, feeds, texts of the vault. Numbers grow, and are not dense.
        """
        asker.checked = True  # row by row
        found: list[ReadOut] = []
        while len(found) < limit and (rows := await log.pool.fetch(AFTER, after, PAGE)):
            found += [_out(row) for row in rows if _may_see(asker, row)]
            after = rows[-1]["number"]
        return found[:limit]

    return router


def _may_see(asker: Asker, row: Record) -> bool:
    may: Callable[[str], bool] = asker.may
    return any(may(node) for node in row["authority"].split())


def _out(row: Record) -> ReadOut:
    return ReadOut(**{**row, "at": instant(row["at"])})


def _nodes(asker: Asker) -> list[str]:
    """Return the nodes that access was checked for; where each entry is checked, the nodes of the asker's rights."""
    return asker.nodes or [right.node for right in asker.principal.rights if right.role in asker.rule.roles]


def _address(scope: Scope) -> str:
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    query = scope.get("query_string", b"").decode("ascii", "replace")
    return quote(path, safe="/:@")[:LONGEST] + (f"?{query[:LONGEST]}" if query else "")
