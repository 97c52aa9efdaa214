"""Fixtures of real RabbitMQ brokers: one for the whole test run, and others for tests that kill or stop theirs.

Tests that use these fixtures carry `@pytest.mark.rabbitmq`.
"""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from parindex.servers.rabbitmq_node import PrivateBroker

VHOSTS_AT_ONCE = 20


@pytest.fixture(scope="session")
def broker() -> Iterator[PrivateBroker]:
    """The run's one-node broker, which every test shares: do not stop, kill or freeze it. See `broker_url`."""
    with ExitStack() as stack:
        yield _new_broker(stack, nodes=1)


@pytest.fixture(scope="session")
def fresh_vhosts(broker: PrivateBroker) -> Iterator[str]:
    """Names of empty virtual hosts, without end."""

    def made() -> Iterator[str]:
        for batch in itertools.count(1):
            names = [f"test-{batch}-{i}" for i in range(VHOSTS_AT_ONCE)]
            broker.add_vhosts(*names)
            yield from names

    return made()


@pytest.fixture
def broker_url(broker: PrivateBroker, fresh_vhosts: Iterator[str]) -> str:
    """An AMQP url of an empty virtual host on the run's broker, for this test alone."""
    return broker.url_of(vhost=next(fresh_vhosts))


@pytest.fixture
def own_broker() -> Iterator[Callable[..., PrivateBroker]]:
    """Makes started brokers for this test alone: `own_broker()` or `own_broker(nodes=3)`; kill, stop, freeze them."""
    with ExitStack() as stack:
        yield lambda nodes=1: _new_broker(stack, nodes=nodes)


def _new_broker(stack: ExitStack, nodes: int) -> PrivateBroker:
    folder = Path(tempfile.mkdtemp(prefix="parindex-rabbitmq-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return stack.enter_context(PrivateBroker(folder, nodes=nodes))
