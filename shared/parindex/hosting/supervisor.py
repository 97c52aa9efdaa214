"""Background work: a job of the supervisor that fails is restarted after a backoff, and readiness fails meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from parindex.backoff import Backoff, raise_if_cancelled
from parindex.monitoring.health import Check
from parindex.monitoring.troubles import Trouble
from parindex.refusal import Refused
from parindex.wording import Wording

LONGEST_PAUSE = 30.0
STEADY_S = 5.0
"""Seconds of running after which a job counts as healthy, and its backoff starts anew."""
ENDED = Wording("tự kết thúc", "it ended")
DIED = Wording("“{name}” đã dừng và đang được chạy lại: {cause}", "“{name}” died and is restarted: {cause}")

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A job that runs until cancelled."""

    name: str
    run: Callable[[], Awaitable[None]]


class Supervisor:
    """Runs jobs until cancelled. The failure of one never stops another."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        self._failing: dict[str, Trouble] = {}  # job -> what readiness says of its error; the log has the details

    async def run(self) -> None:
        """Run all jobs until cancelled."""
        async with asyncio.TaskGroup() as group:
            for job in self._jobs:
                group.create_task(self._keep(job), name=job.name)

    def checks(self) -> list[Check]:
        """Return one readiness check per job."""
        return [Check(job.name, self._look(job.name)) for job in self._jobs]

    async def _keep(self, job: Job) -> None:
        backoff, loop = Backoff(first=0.5, most=LONGEST_PAUSE), asyncio.get_running_loop()
        while True:
            began = loop.time()
            steady = loop.call_later(STEADY_S, self._failing.pop, job.name, None)
            try:
                await job.run()
                self._failing[job.name] = _trouble(job.name, ENDED)
            except (Exception, asyncio.CancelledError) as error:  # any error: the other jobs continue
                raise_if_cancelled()  # a cancellation from inside the job is a failure like any other
                self._failing[job.name] = _trouble_of(job.name, error)
                logger.exception("job_died", job=job.name)
            finally:
                steady.cancel()
            if loop.time() - began > STEADY_S:
                backoff.reset()
            await backoff.wait()

    def _look(self, name: str) -> Callable[[], Awaitable[Trouble | None]]:
        async def look() -> Trouble | None:
            return self._failing.get(name)

        return look


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Run the work as a task until the context ends, which cancels it; the task's error is dropped."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _trouble_of(job: str, error: BaseException) -> Trouble:
    """Return a refusal's texts and code; of any other error only the name, because its text may hold data."""
    if isinstance(error, Refused):
        return _trouble(job, Wording(error.vi, error.en), error.code)
    name = type(error).__name__
    return _trouble(job, Wording(name, name))


def _trouble(job: str, cause: Wording, code: str = "job-died") -> Trouble:
    return Trouble(*DIED.of(name=job, cause=cause), code=code)
