"""The bus over RabbitMQ passes the conformance suite on a real broker, alone and under chaos on both sides of it."""

import pytest

from parindex.testing.chaos import Chaos
from parindex.testing.conformance import BusConformance, Candidate, ChaosCandidate, RabbitCandidate

pytestmark = pytest.mark.rabbitmq


class TestRabbitMQ(BusConformance):
    @pytest.fixture
    def candidate(self, broker_url: str) -> Candidate:
        return RabbitCandidate(broker_url)


class TestRabbitMQUnderChaos(BusConformance):
    @pytest.fixture
    def candidate(self, broker_url: str) -> Candidate:
        chaos = Chaos(0.2, 0.2, 0.2, 0.2)
        return ChaosCandidate(RabbitCandidate(broker_url, chaos=chaos), chaos, seed=3)
