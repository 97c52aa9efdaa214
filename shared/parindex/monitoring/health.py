"""Is it alive, is it ready, and if not: what is wrong, by name, in words that an administrator can act on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import asyncpg
import structlog
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError

from parindex.auth import public
from parindex.eventstore.log import Log
from parindex.refusal import Refused
from parindex.wording import Wording

PATIENCE = 2.0
"""Seconds that a check may take before it counts as failed."""

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, in both languages. Where it does not stop the work (`stops`), it is told and no more.

    Anybody may ask after health, so it says what is wrong and not how: no statement, no parameter, no path, no text of
    an error. Those are in the log. `code` is for programs.
    """

    vi: str
    en: str
    stops: bool = True
    code: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that has to work before a process is ready; `look` returns None when it does."""

    name: str
    look: Callable[[], Awaitable[Trouble | None]]


UnderWay = dict[str, "asyncio.Future[Trouble | None]"]
"""The newest look of each check, by name; while one is under way no other is begun."""


class CheckOut(BaseModel):
    name: str
    ok: bool
    code: str = Field(default="", description="what is wrong, for programs; empty where nothing is")
    vi: str = ""
    en: str = ""


class Health(BaseModel):
    """Whether a process is ready for work."""

    service: str
    ready: bool
    checks: list[CheckOut]


def health_routes(service: str, checks: Sequence[Check]) -> APIRouter:
    """`/health/live` (restart me if this fails) and `/health/ready` (send me no work while this fails)."""
    router = APIRouter(tags=["health"], dependencies=[public], prefix="/health")
    under_way: UnderWay = {}

    @router.get("/live")
    async def live() -> dict[str, str]:
        """Tiến trình còn sống. Alive; restart it where this fails."""
        return {"service": service, "status": "alive"}

    @router.get("/ready", responses={503: {"model": Health, "description": "Not ready; `checks` says why"}})
    async def ready(response: Response) -> Health:
        """Sẵn sàng làm việc chưa, còn vướng gì. Whether it is ready for work; send it none where this fails."""
        found = await look_at(service, checks, under_way)
        response.status_code = 200 if found.ready else 503
        return found

    return router


async def look_at(service: str, checks: Sequence[Check], under_way: UnderWay) -> Health:
    """Carry out all checks at once, each for at most PATIENCE seconds. One that took longer goes on in `under_way`."""
    troubles = await asyncio.gather(*(_look(check, under_way) for check in checks))
    out = [
        CheckOut(
            name=check.name,
            ok=trouble is None or not trouble.stops,
            code=trouble.code if trouble else "",
            vi=trouble.vi if trouble else "",
            en=trouble.en if trouble else "",
        )
        for check, trouble in zip(checks, troubles, strict=True)
    ]
    return Health(service=service, ready=all(each.ok for each in out), checks=out)


def database_check(log: Log, database: str) -> Check:
    """The database answers, and holds the log."""

    async def look() -> Trouble | None:
        await log.pool.fetchval("SELECT position FROM log_head", timeout=PATIENCE)
        return None

    return Check(database, look)


def explain(error: BaseException, name: str) -> Trouble | None:
    """Put an error of a database that is not there (yet) into words; None: the error is of another kind."""
    if isinstance(error, Refused):
        return Trouble("Chưa sẵn sàng; xem nhật ký.", "Not ready; see the log.", code=error.code)
    cause = _cause(error)
    for code, kinds, said in _EXPLAINED:
        if isinstance(cause, kinds):
            return Trouble(*said.of(name=name), code=code)
    return None


def for_the_log(error: BaseException) -> str:
    """Return what the log says of an error: a refusal's own words, of any other its name (its text may hold data)."""
    return error.en if isinstance(error, Refused) else type(error).__name__


def cause_in(error: str) -> str:
    """Return the name of an error alone, from a line that begins with it (`patience.in_one_line`)."""
    name = error.partition(":")[0].rpartition(" ")[2]
    return name if name.isidentifier() else "error"


def _cause(error: BaseException) -> BaseException | None:
    """The driver's own error, which SQLAlchemy wraps twice."""
    return error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error


async def _look(check: Check, under_way: UnderWay) -> Trouble | None:
    looking = under_way.get(check.name)
    if looking is None or looking.done():
        looking = under_way[check.name] = asyncio.ensure_future(check.look())
        looking.add_done_callback(lambda done: done.cancelled() or done.exception())  # though nobody may wait any more
    try:
        # not cancelled: the driver would wait for its server to confirm that, and a frozen server never does
        async with asyncio.timeout(PATIENCE):
            return await asyncio.shield(looking)
    except Exception as error:
        trouble = explain(error, check.name)
        if trouble is None:
            logger.exception("check_failed", check=check.name)
            return Trouble("Kiểm tra gặp lỗi; xem nhật ký.", "The check failed; see the log.", code="check-failed")
        logger.warning("check_failed", check=check.name, error=for_the_log(error))
        return trouble


_EXPLAINED: Sequence[tuple[str, tuple[type[BaseException], ...], Wording]] = (
    (
        "database-missing",
        (asyncpg.InvalidCatalogNameError,),
        Wording(
            "Máy chủ không có cơ sở dữ liệu của {name}.",
            "The server has no database for {name}.",
        ),
    ),
    (
        "role-refused",
        (asyncpg.InvalidAuthorizationSpecificationError,),
        Wording(
            "Cơ sở dữ liệu của {name} từ chối tài khoản hoặc mật khẩu.",
            "The database of {name} refuses the role or its password.",
        ),
    ),
    (
        "tables-missing",
        (asyncpg.UndefinedTableError,),
        Wording(
            "Cơ sở dữ liệu của {name} chưa có bảng: hãy chạy `parindex migrate {name}`.",
            "The database of {name} has no tables: run `parindex migrate {name}`.",
        ),
    ),
    (
        "rights-missing",
        (asyncpg.InsufficientPrivilegeError,),
        Wording(
            "Tài khoản của {name} thiếu quyền: hãy chạy lại `parindex migrate {name}`.",
            "The role of {name} lacks rights: run `parindex migrate {name}` again.",
        ),
    ),
    (
        "database-away",
        (
            OSError,
            TimeoutError,
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
        ),
        Wording(
            "Không liên lạc được với cơ sở dữ liệu của {name}.",
            "The database of {name} can't be reached.",
        ),
    ),
    (
        "database-failing",
        (asyncpg.PostgresError,),
        Wording(
            "Cơ sở dữ liệu của {name} báo lỗi.",
            "The database of {name} reports an error.",
        ),
    ),
)
