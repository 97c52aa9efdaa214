"""Kiosks' secrets and one-time codes, as digests only: what may not stand in a log."""

from parindex.hosting.migrations import run

revision = "0002"
down_revision = "0001"

GRANTS = "GRANT SELECT, INSERT, UPDATE, DELETE ON kiosk_secrets, kiosk_codes TO {role};"


def upgrade() -> None:
    run("""
    CREATE TABLE kiosk_secrets (
        kiosk text PRIMARY KEY,
        unit text NOT NULL,
        digest text NOT NULL UNIQUE
    );
    CREATE TABLE kiosk_codes (
        digest text PRIMARY KEY,
        kiosk text NOT NULL,
        expires_at timestamptz NOT NULL
    );
    """)
