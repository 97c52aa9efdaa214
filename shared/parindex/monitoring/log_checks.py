"""What every process of a service checks of its log: the database answers, and every entry becomes its contract."""

from parindex.bus.untranslated import EntryUntranslatedError
from parindex.eventstore.log import Log
from parindex.monitoring.health import Check, Trouble, database_check

MOST_NAMED = 5
"""Entries that one check names."""


def log_checks(log: Log, database: str) -> list[Check]:
    """What every process of a service looks at."""
    return [database_check(log, database), contracts_check(log)]


def contracts_check(log: Log) -> Check:
    """Every entry becomes its contract. One that does not stops its partition on the way out, and no door."""

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
