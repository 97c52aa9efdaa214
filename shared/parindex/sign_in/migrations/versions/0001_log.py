"""The log of accounts and rights, with its vault."""

from parindex.eventstore.schema import GRANTS as LOG_GRANTS
from parindex.eventstore.schema import HISTORY, HISTORY_GRANTS, TOLD_EPOCH
from parindex.hosting.migrations import create_log, run

revision = "0001"
down_revision = None
GRANTS = LOG_GRANTS + HISTORY_GRANTS


def upgrade() -> None:
    create_log()
    run(TOLD_EPOCH)
    run(HISTORY)
