"""The shelf of sealed snapshots: each under the checksum of its bytes, never changed, never taken away.

It is no projection: a rebuild must not touch it. The database itself checks that name and bytes belong together.
"""

from parindex.hosting.migrations import run

revision = "0002"
down_revision = "0001"

SNAPSHOTS = """
CREATE TABLE snapshots (
    checksum text PRIMARY KEY,
    content bytea NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (checksum = encode(sha256(content), 'hex'))
);
CREATE TRIGGER snapshots_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON snapshots
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
GRANTS = "GRANT SELECT, INSERT ON snapshots TO {role};"


def upgrade() -> None:
    run(SNAPSHOTS)
