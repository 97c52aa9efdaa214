"""FeedBus passes the conformance suite, alone and under chaos."""

import pytest

from parindex.testing.chaos import Chaos
from parindex.testing.conformance import BusConformance, Candidate, ChaosCandidate, FeedCandidate


class TestFeedBus(BusConformance):
    @pytest.fixture
    def candidate(self) -> Candidate:
        return FeedCandidate()


class TestFeedBusUnderChaos(BusConformance):
    @pytest.fixture(params=[1, 2])
    def candidate(self, request: pytest.FixtureRequest) -> Candidate:
        return ChaosCandidate(FeedCandidate(), Chaos(0.2, 0.2, 0.2, 0.2), seed=request.param)
