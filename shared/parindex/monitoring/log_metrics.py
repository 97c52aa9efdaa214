"""Metrics of a log and its consumers, read at the time of a scrape."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import asyncpg
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from parindex.bus import lease
from parindex.bus.contract_feed import ahead
from parindex.eventstore.checkpoints import CheckpointKey, CheckpointStatus
from parindex.eventstore.log import Log
from parindex.monitoring.lag import NOWHERE
from parindex.monitoring.stalls import key_of

READER = ("service", "reader", "source", "partition")
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)

POSITIONS = "SELECT reader, source, partition, position FROM reader_positions"
PARKED = "SELECT reader, source, partition, count(*) AS parked FROM parked GROUP BY 1, 2, 3"
LAG = "Entries or contracts not applied yet (contracts: at most 50,000 of the partition, and 50,000 for all partitions)"


@dataclass(frozen=True, slots=True)
class Work:
    """The workers of this process: status, seconds of each stall (`stalls`), and batch sizes.

    `sizes` has for each consumer the counts of its batches by their number of contracts.
    """

    statuses: Sequence[CheckpointStatus] = ()
    stalls: Mapping[CheckpointKey, float] = field(default_factory=dict)
    sizes: Mapping[str, Counter[int]] = field(default_factory=dict)


Look = Callable[[], Awaitable[Work]]


async def nothing_more() -> Work:
    """Return no work: no worker runs in this process."""
    return Work()


class Measures(Collector):
    """A Prometheus collector with the metrics of the last `take`; consumers of other processes are in the database."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._found: list[Metric] = []

    def collect(self) -> Iterable[Metric]:
        """Return the metrics of the last `take`."""
        return self._found

    async def take(self, log: Log, look: Look) -> None:
        """Measure the log, all checkpoints, and the workers of this process."""
        head, work = await log.head(), await look()
        positions = {_key(row): row["position"] for row in await log.pool.fetch(POSITIONS)}
        parked = {_key(row): row["parked"] for row in await log.pool.fetch(PARKED)}
        lags = await _lags(log, positions, head)
        self._found = [
            self._head(head),
            *self._progress(positions, lags, parked, work.statuses),
            *self._doing(work),
            self._sizes("parindex_append_batch_facts", "Facts in one commit", "service", {"": log.watcher.batches}),
            self._sizes("parindex_handled_contracts", "Contracts handled at once", "reader", work.sizes),
        ]

    def _head(self, head: int) -> Metric:
        found = GaugeMetricFamily("parindex_log_position", "Entries in the log", labels=["service"])
        found.add_metric([self._service], head)
        return found

    def _progress(
        self,
        positions: dict[CheckpointKey, int],
        lags: dict[CheckpointKey, int],
        parked: dict[CheckpointKey, int],
        statuses: Sequence[CheckpointStatus],
    ) -> Iterable[Metric]:
        """Yield position, lag and dead letters of each consumer; this process's own statuses are the newest."""
        positions |= {key_of(each): each.position for each in statuses}
        lags |= {key_of(each): each.lag for each in statuses}
        parked = {key_of(each): each.parked for each in statuses} | parked
        yield self._gauge("parindex_reader_position", "Position that a reader has applied", positions)
        yield self._gauge("parindex_reader_lag", LAG, lags)
        yield self._gauge("parindex_parked_contracts", "Contracts that could not be applied yet", parked)

    def _doing(self, work: Work) -> Iterable[Metric]:
        stalls = dict.fromkeys(map(key_of, work.statuses), 0.0) | dict(work.stalls)
        yield self._gauge("parindex_reader_still_seconds", "Seconds for which it has been stalled with a lag", stalls)
        for name, count, what in (
            ("applied", "applied", "Entries applied"),
            ("duplicates", "duplicates", "Messages that came again"),
            ("refills", "gaps_filled", "Gaps read from the source's feed"),
        ):
            found = CounterMetricFamily(f"parindex_reader_{name}", f"{what}, in this process", labels=READER)
            for each in work.statuses:
                found.add_metric(self._labels(key_of(each)), getattr(each, count))
            yield found

    def _gauge(self, name: str, what: str, values: Mapping[CheckpointKey, float]) -> Metric:
        found = GaugeMetricFamily(name, what, labels=READER)
        for key, value in values.items():
            found.add_metric(self._labels(key), value)
        return found

    def _sizes(self, name: str, what: str, label: str, sizes: Mapping[str, Counter[int]]) -> Metric:
        names = ["service"] if label == "service" else ["service", label]
        found = HistogramMetricFamily(name, what, labels=names)
        for key, counted in sizes.items():
            labels = [self._service, key][: len(names)]
            found.add_metric(labels, _buckets(counted), sum(size * times for size, times in counted.items()))
        return found

    def _labels(self, key: CheckpointKey) -> list[str]:
        return [self._service, key.reader, key.source, str(key.partition)]


async def _lags(log: Log, positions: Mapping[CheckpointKey, int], head: int) -> dict[CheckpointKey, int]:
    """Count the entries that readers of the own log have yet to apply; for the relay, only contracts."""
    lags = {key: head - position for key, position in positions.items() if key.source == log.origin}
    relay = [key for key in lags if key.reader == lease.READER]
    if relay:
        after = [positions.get(CheckpointKey(lease.READER, log.origin, k), NOWHERE) for k in range(log.partitions)]
        counted = await ahead(log, after)
        lags |= {key: counted[key.partition] for key in relay}
    return lags


def _key(row: asyncpg.Record) -> CheckpointKey:
    return CheckpointKey(row["reader"], row["source"], row["partition"])


def _buckets(counted: Counter[int]) -> list[tuple[str, float]]:
    """Return cumulative counts by size, as Prometheus histograms have them."""
    in_each = [0] * (len(SIZES) + 1)
    for size, times in counted.items():
        in_each[sum(size > most for most in SIZES)] += times
    return list(zip([*map(str, map(float, SIZES)), "+Inf"], accumulate(in_each), strict=True))
