"""The relay of the pipeline's source in its own process, as in each service. Arguments: DSN and AMQP URL."""

import sys

import uvloop

from bench.press_log import BUS_KEY, TYPES
from parindex.bus.rabbit_publishing import RabbitPublisher
from parindex.bus.relay import Relay
from parindex.eventstore.log import Log


async def _relay(dsn: str, amqp_url: str) -> None:
    async with Log.open(dsn, TYPES) as log, RabbitPublisher([amqp_url], log.origin, key=BUS_KEY) as publisher:
        await Relay(log, publisher).run()


if __name__ == "__main__":
    uvloop.run(_relay(*sys.argv[1:]))
