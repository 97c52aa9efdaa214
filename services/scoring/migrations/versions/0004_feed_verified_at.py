"""A reader stores when it last verified its source's feed, so that an old verification does not count for a new one."""

from parindex.eventstore.schema import FEED_VERIFIED_AT
from parindex.hosting.migrations import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run(FEED_VERIFIED_AT)
