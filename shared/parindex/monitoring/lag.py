"""The lag of each consumer, as its sources count it.

A consumer does not know of messages that the broker still has or has lost. So the source counts its contracts after the
consumer's checkpoint, when the consumer's status is read.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import httpx
import msgspec

from parindex.eventstore.checkpoints import CheckpointKey, CheckpointStatus
from parindex.monitoring.stalls import key_of

ASK_EVERY_S = 2.0
"""Seconds for which an answer is reused."""
ANSWER_WITHIN_S = 1.0
"""Seconds; for a slower source, its last answer is used."""
NOWHERE = 2**62
"""A position after every other, for partitions without a checkpoint: the count is 0."""

_decode = msgspec.json.Decoder(list[int]).decode


class Lag:
    """Asks the sources for the lag of consumers, at most every ASK_EVERY_S seconds."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient], clock: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._clock = clock
        self._known: dict[CheckpointKey, int] = {}
        self._asked = float("-inf")

    async def measured(self, statuses: Sequence[CheckpointStatus], partitions: int) -> list[CheckpointStatus]:
        """Return the statuses with the lag that the sources count, where they have answered."""
        if self._clock() - self._asked >= ASK_EVERY_S:
            self._asked = self._clock()
            pairs = {(each.reader, each.source) for each in statuses if each.source in self._clients}
            await asyncio.gather(*(self._ask(*pair, statuses, partitions) for pair in pairs))
        return [replace(each, lag=self._known.get(key_of(each), each.lag)) for each in statuses]

    async def _ask(self, reader: str, source: str, statuses: Sequence[CheckpointStatus], partitions: int) -> None:
        applied = {each.partition: each.position for each in statuses if (each.reader, each.source) == (reader, source)}
        after = [applied.get(partition, NOWHERE) for partition in range(partitions)]
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                answer = await self._clients[source].get("/v1/contracts/ahead", params={"after": after})
            counted = _decode(answer.raise_for_status().content)
        except Exception:  # noqa: BLE001  # the consumer's own status reports a source that is down
            return
        self._known |= {CheckpointKey(reader, source, partition): counted[partition] for partition in applied}
