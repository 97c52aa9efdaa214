"""Keeps long-running jobs running: one that dies is started again after a pause, and readiness says so meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from parindex.backoff import Backoff, raise_if_cancelled
from parindex.monitoring.health import Check, Trouble

LONGEST_PAUSE = 30.0
STEADY_S = 5.0
"""Seconds after which a job that runs counts as well again, and its next failure is its first."""

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that runs until cancelled."""

    name: str
    run: Callable[[], Awaitable[None]]


class Supervisor:
    """Runs jobs until cancelled. None of them can stop another."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        self._failing: dict[str, str] = {}  # job -> the name of what it died of; the rest is in the log

    async def run(self) -> None:
        """Run all jobs for ever."""
        async with asyncio.TaskGroup() as group:
            for job in self._jobs:
                group.create_task(self._keep(job), name=job.name)

    def checks(self) -> list[Check]:
        """One check per job, for readiness."""
        return [Check(job.name, self._look(job.name)) for job in self._jobs]

    async def _keep(self, job: Job) -> None:
        patience, loop = Backoff(first=0.5, most=LONGEST_PAUSE), asyncio.get_running_loop()
        while True:
            began = loop.time()
            steady = loop.call_later(STEADY_S, self._failing.pop, job.name, None)
            try:
                await job.run()
                self._failing[job.name] = "ended"
            except (Exception, asyncio.CancelledError) as error:  # whatever it is, the others go on
                raise_if_cancelled()  # a cancellation that is not ours is a failure of the job like any other
                self._failing[job.name] = type(error).__name__
                logger.exception("job_died", job=job.name)
            finally:
                steady.cancel()
            if loop.time() - began > STEADY_S:
                patience.reset()
            await patience.wait()

    def _look(self, name: str) -> Callable[[], Awaitable[Trouble | None]]:
        async def look() -> Trouble | None:
            cause = self._failing.get(name)
            if cause is None:
                return None
            vi, en = f"“{name}” đã dừng và đang được chạy lại: {cause}", f"“{name}” died and is restarted: {cause}"
            return Trouble(vi, en, code="job-died")

        return look
