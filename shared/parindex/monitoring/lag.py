"""How much each consumer has yet to apply, by its sources' own word.

What a consumer has heard of is not what there is: a broker may hold thousands of messages, or have lost them, and its
consumer would not know. So the source counts, when somebody looks at the consumer, past the positions where it stands.
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
"""Seconds for which an answer is good enough, however many ask."""
ANSWER_WITHIN_S = 1.0
"""Seconds; of a source that is slower, what it said last is told."""
NOWHERE = 2**62
"""Past every position: there is nothing to count in a partition that we do not read."""

_decode = msgspec.json.Decoder(list[int]).decode


class Lag:
    """Asks the sources when somebody wants to know."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient], clock: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._clock = clock
        self._known: dict[CheckpointKey, int] = {}
        self._asked = float("-inf")

    async def told(self, statuses: Sequence[CheckpointStatus], partitions: int) -> list[CheckpointStatus]:
        """Return the same with the lag that the sources tell, where they tell it."""
        if self._clock() - self._asked >= ASK_EVERY_S:
            self._asked = self._clock()
            pairs = {(each.reader, each.source) for each in statuses if each.source in self._clients}
            await asyncio.gather(*(self._ask(*pair, statuses, partitions) for pair in pairs))
        return [replace(each, lag=self._known.get(key_of(each), each.lag)) for each in statuses]

    async def _ask(self, reader: str, source: str, statuses: Sequence[CheckpointStatus], partitions: int) -> None:
        stands = {each.partition: each.position for each in statuses if (each.reader, each.source) == (reader, source)}
        after = [stands.get(partition, NOWHERE) for partition in range(partitions)]
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                answer = await self._clients[source].get("/v1/contracts/ahead", params={"after": after})
            counted = _decode(answer.raise_for_status().content)
        except Exception:  # noqa: BLE001  # the readers' own status says when a source is away
            return
        self._known |= {CheckpointKey(reader, source, partition): counted[partition] for partition in stands}
