"""Every test may use the fixtures of the kernel, and those of whole systems where the client is installed."""

import os
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

from parindex.hosting.process_limits import tune_garbage_collection

pytest_plugins = ["parindex.testing.fixtures"]
if find_spec("parindex_cli"):
    pytest_plugins.append("parindex_cli.testing.fixtures")

# A slow machine fails no property: no example has a deadline, and drawing may take its time.
settings.register_profile("ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("nightly", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_finish(session: pytest.Session) -> None:  # pytest passes it by this name
    """Collect garbage as a process of a service does: some 8,000 collected tests are a heap that never goes away."""
    tune_garbage_collection()
