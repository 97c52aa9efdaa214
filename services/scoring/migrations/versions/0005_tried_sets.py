"""Sets from files that are tried: kept beside the log for a day, so that the page of a trial has an address."""

from parindex.hosting.migrations import run

revision = "0005"
down_revision = "0004"

GRANTS = "GRANT SELECT, INSERT, UPDATE, DELETE ON tried_sets TO {role};"


def upgrade() -> None:
    run("""
    CREATE TABLE tried_sets (
        authority text NOT NULL,
        digest text NOT NULL,
        came_from text NOT NULL,
        kept_at timestamptz NOT NULL,
        criteria_set bytea NOT NULL,
        PRIMARY KEY (authority, digest)
    );
    """)
