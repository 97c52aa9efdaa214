"""Salts beside a code's digest, from which a retry gets the same code or secret again; they go with the code."""

from parindex.hosting.migrations import run

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run("ALTER TABLE kiosk_codes ADD COLUMN code_salt bytea, ADD COLUMN secret_salt bytea;")
