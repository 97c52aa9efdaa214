"""Up to which position of the log a person has seen a criterion of a unit; a mark of the person, not an event."""

from parindex.hosting.migrations import run

revision = "0005"
down_revision = "0004"

GRANTS = "GRANT SELECT, INSERT, UPDATE, DELETE ON looks TO {role};"


def upgrade() -> None:
    run("""
    CREATE TABLE looks (
        person text NOT NULL,
        round text NOT NULL,
        unit text NOT NULL,
        criterion text NOT NULL,
        position bigint NOT NULL,
        PRIMARY KEY (person, round, unit, criterion)
    );
    """)
