"""The alembic environment: migrations run on the connection that `parindex migrate` holds."""

from parindex.hosting.migrations import run_environment

run_environment()
