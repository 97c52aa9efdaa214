"""Entries hold the hash of the one before; texts are erased by one function; reads are kept."""

from parindex.eventstore.schema import HISTORY, HISTORY_GRANTS
from parindex.hosting.migrations import run

revision = "0003"
down_revision = "0002"
GRANTS = HISTORY_GRANTS


def upgrade() -> None:
    run(HISTORY)
