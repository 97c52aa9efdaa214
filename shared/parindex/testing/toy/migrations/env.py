# ruff: noqa: INP001
"""Alembic's environment: these migrations run on the connection of `parindex migrate`."""

from parindex.hosting.migrations import run_environment

run_environment()
