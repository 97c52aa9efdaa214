"""The log: what every service's database begins with."""

from parindex.eventstore import schema
from parindex.hosting.migrations import create_log

revision = "0001"
down_revision = None
GRANTS = schema.GRANTS


def upgrade() -> None:
    create_log()
