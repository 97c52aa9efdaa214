"""The topology at RabbitMQ: exchanges, queues and their names, the same on 3.10 and 4.x, on one node and on three.

Each source has a direct exchange, and each consumer one quorum queue for each partition of each source it subscribes
to. All arguments are explicit, because the defaults differ between versions. A full queue drops its oldest messages:
rejecting the newest would stop the relay for all consumers, while each consumer fills its gap from the source's feed.

`declaring.py` declares it: a process whose bus is the feeds needs the names, and not the client of a broker.
"""

from typing import Any

from parindex.bus.partition_worker import READ_AHEAD

PREFETCH = 1 + READ_AHEAD
"""Unacknowledged messages of a consumer in each queue: as many as may be joined into one transaction.

Each holds up to 100 contracts.
"""
DELIVERIES = 20
"""Redeliveries after which the broker makes a message a dead letter: its connection was lost each time."""
LARGEST_QUEUE = 64 * 1024 * 1024
"""Bytes in a queue above which it drops its oldest messages."""
LARGEST_DEAD = 16 * 1024 * 1024


def exchange_of(source: str) -> str:
    """Return the name of a source's exchange."""
    return f"feed.{source}"


def routing_key(partition: int) -> str:
    """Return the routing key of a partition."""
    return f"p{partition}"


def queue_of(consumer: str, source: str, partition: int) -> str:
    """Return the name of a consumer's queue for one partition of a source."""
    return f"{consumer}.{source}.{partition}"


def dead_letters_of(consumer: str) -> str:
    """Return the name of a consumer's dead-letter queue, where operators look at unreadable messages."""
    return f"{consumer}.dead"


def queue_arguments(consumer: str) -> dict[str, Any]:
    """Return the arguments of a consumer's queues. A changed argument needs a new queue name, or brokers refuse it."""
    return {
        "x-queue-type": "quorum",
        "x-single-active-consumer": True,
        "x-delivery-limit": DELIVERIES,
        "x-max-length-bytes": LARGEST_QUEUE,
        "x-overflow": "drop-head",
        "x-queue-leader-locator": "balanced",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead_letters_of(consumer),
    }


def dead_letter_arguments() -> dict[str, Any]:
    """Return the arguments of a dead-letter queue."""
    return {
        "x-queue-type": "quorum",
        "x-max-length-bytes": LARGEST_DEAD,
        "x-overflow": "drop-head",
        "x-queue-leader-locator": "balanced",
    }
