"""FeedBus sits the exam, alone and under chaos."""

import pytest

from parindex.bus.chaos import Chaos
from parindex.testing.exam import BusExam, Candidate, ChaosCandidate, FeedCandidate


class TestFeedBus(BusExam):
    @pytest.fixture
    def candidate(self) -> Candidate:
        return FeedCandidate()


class TestFeedBusUnderChaos(BusExam):
    @pytest.fixture(params=[1, 2])
    def candidate(self, request: pytest.FixtureRequest) -> Candidate:
        return ChaosCandidate(FeedCandidate(), Chaos(0.2, 0.2, 0.2, 0.2), seed=request.param)
