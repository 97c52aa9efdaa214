"""A reader stores when it last looked at its source, so that an old look is not taken for a new one."""

from parindex.eventstore.schema import LOOKED_AT
from parindex.hosting.migrations import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run(LOOKED_AT)
