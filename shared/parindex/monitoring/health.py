"""Health checks: liveness, and readiness with the name and the cause of each failed check, for the operator."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import asyncpg
import structlog
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError

from parindex.auth.fastapi import public
from parindex.eventstore.log import Log
from parindex.refusal import Refused
from parindex.wording import Wording

TIMEOUT = 2.0
"""Seconds that a check may take before it counts as failed."""

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A health problem, in both languages. One that does not stop the work (`stops`) is reported, and readiness holds.

    Health is public, so a problem contains no statement, parameter, path or text of an error; those are in the log.
    `code` is for programs.
    """

    vi: str
    en: str
    stops: bool = True
    code: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A readiness check; `look` returns None if it passes."""

    name: str
    look: Callable[[], Awaitable[Trouble | None]]


UnderWay = dict[str, "asyncio.Future[Trouble | None]"]
"""The newest run of each check, by name; while it is pending, no other is started."""


class CheckOut(BaseModel):
    name: str
    ok: bool
    code: str = Field(default="", description="what is wrong, for programs; empty where nothing is")
    vi: str = ""
    en: str = ""


class Health(BaseModel):
    """Readiness of a process, with its checks."""

    service: str
    ready: bool
    checks: list[CheckOut]


def health_routes(service: str, checks: Sequence[Check]) -> APIRouter:
    """Serve `/health/live` (restart the process if it fails) and `/health/ready` (send it no work while it fails)."""
    router = APIRouter(tags=["health"], dependencies=[public], prefix="/health")
    under_way: UnderWay = {}

    @router.get("/live")
    async def live() -> dict[str, str]:
        """Tiến trình còn sống. Liveness; restart the process if this fails."""
        return {"service": service, "status": "alive"}

    @router.get("/ready", responses={503: {"model": Health, "description": "Not ready; `checks` says why"}})
    async def ready(response: Response) -> Health:
        """Sẵn sàng làm việc chưa, còn vướng gì. Readiness; send the process no work while this fails."""
        found = await look_at(service, checks, under_way)
        response.status_code = 200 if found.ready else 503
        return found

    return router


async def look_at(service: str, checks: Sequence[Check], under_way: UnderWay) -> Health:
    """Run all checks at once, each for at most TIMEOUT seconds. A slower check stays pending in `under_way`."""
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
    """Return the check that the database answers and has a log."""

    async def look() -> Trouble | None:
        await log.pool.fetchval("SELECT position FROM log_head", timeout=TIMEOUT)
        return None

    return Check(database, look)


def explain(error: BaseException, name: str) -> Trouble | None:
    """Describe an error of a database that is missing or not ready; None for any other error."""
    if isinstance(error, Refused):
        return Trouble("Chưa sẵn sàng; xem nhật ký.", "Not ready; see the log.", code=error.code)
    cause = _cause(error)
    for code, kinds, said in _EXPLAINED:
        if isinstance(cause, kinds):
            return Trouble(*said.of(name=name), code=code)
    return None


def for_the_log(error: BaseException) -> str:
    """Return an error for the log: a refusal's text, and of any other error its name, as its text may contain data."""
    return error.en if isinstance(error, Refused) else type(error).__name__


def cause_in(error: str) -> str:
    """Return only the name of an error, from a line that begins with it (`reasons.in_one_line`)."""
    name = error.partition(":")[0].rpartition(" ")[2]
    return name if name.isidentifier() else "error"


def _cause(error: BaseException) -> BaseException | None:
    """Return the driver's own error, which SQLAlchemy wraps twice."""
    return error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error


async def _look(check: Check, under_way: UnderWay) -> Trouble | None:
    looking = under_way.get(check.name)
    if looking is None or looking.done():
        looking = under_way[check.name] = asyncio.ensure_future(check.look())
        looking.add_done_callback(lambda done: done.cancelled() or done.exception())  # retrieves the error
    try:
        # shielded, not cancelled: asyncpg waits until the server confirms a cancellation, which a frozen one never does
        async with asyncio.timeout(TIMEOUT):
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
