"""How alembic runs these migrations: on the connection that `parindex migrate` holds."""

from parindex.hosting.migrations import run_environment

run_environment()
