"""No salt lies beside a code's digest any more: with a request's key it led to the code (decision 0023)."""

from parindex.hosting.migrations import run

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run("""
    ALTER TABLE kiosk_codes ADD COLUMN used boolean NOT NULL DEFAULT false;
    UPDATE kiosk_codes SET used = true WHERE secret_salt IS NOT NULL;
    ALTER TABLE kiosk_codes DROP COLUMN code_salt, DROP COLUMN secret_salt;
    """)
