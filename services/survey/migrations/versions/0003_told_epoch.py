"""A reader that stopped because its source was restored says so where others can see it."""

from parindex.eventstore.schema import TOLD_EPOCH
from parindex.hosting.migrations import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run(TOLD_EPOCH)
