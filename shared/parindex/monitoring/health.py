"""Health checks: liveness, and readiness with the name and the cause of each failed check, for the operator."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from parindex.auth.fastapi import public
from parindex.eventstore.log import Log
from parindex.monitoring.troubles import Trouble, explain, for_the_log

TIMEOUT = 2.0
"""Seconds that a check may take before it counts as failed."""

logger = structlog.stdlib.get_logger(__name__)


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
