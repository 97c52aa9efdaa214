"""Points in time as facts carry them: RFC 3339 text in UTC with exactly six digits, so that text order is time order."""

from datetime import UTC, datetime

FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def instant(moment: datetime) -> str:
    """Write an aware moment as text; a naive one raises ValueError, because nobody knows when it was."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment")
    return moment.astimezone(UTC).strftime(FORMAT)


def moment(text: str) -> datetime:
    """Read an instant back; ValueError where the text is not exactly in the form."""
    return datetime.strptime(text, FORMAT).replace(tzinfo=UTC)


def utc_now() -> datetime:
    """Read the machine's clock. Only `app.py`, `worker.py` and the command line hand this to anybody."""
    return datetime.now(UTC)
