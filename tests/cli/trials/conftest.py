"""The tests of the command ask scoring as its own tests serve it."""

from tests.scoring.conftest import bench, criteria_set, http

__all__ = ["bench", "criteria_set", "http"]
