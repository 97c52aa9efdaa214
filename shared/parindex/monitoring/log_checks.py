"""Readiness checks of a service's log: the database answers, and every entry can be translated to its contract."""

from parindex.bus.untranslated import EntryUntranslatedError
from parindex.eventstore.log import Log
from parindex.monitoring.health import Check, database_check
from parindex.monitoring.troubles import Trouble

MOST_NAMED = 5
"""Entries that one check names."""


def log_checks(log: Log, database: str) -> list[Check]:
    """Return the checks of every process of a service."""
    return [database_check(log, database), contracts_check(log)]


def contracts_check(log: Log) -> Check:
    """Return the check for untranslated entries: one stops the publishing of its partition, and no HTTP route."""

    async def look() -> Trouble | None:
        found = [log.untranslated[position].line for position in sorted(log.untranslated)]
        if not found:
            return None
        named = "; ".join(found[:MOST_NAMED]) + ("; …" if len(found) > MOST_NAMED else "")
        return Trouble(
            f"Không chuyển được bản ghi thành thông điệp: {named}; phân vùng dừng ở đó.",
            f"No contract can be made from an entry: {named}; its partition stops there.",
            stops=False,
            code=EntryUntranslatedError.code,
        )

    return Check("contracts", look)
