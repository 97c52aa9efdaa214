"""Lists the files that assessment's log names, so that `parindex doctor` finds those that the store lacks."""

from collections.abc import Mapping

import msgspec

from assessment.self_scoring.events import FileErased
from parindex.eventstore.entries import decode_entry
from parindex.eventstore.writing import DriverConnection

UPLOADS = """
SELECT type, entry FROM events WHERE type IN ('FileUploaded', 'FileErased') ORDER BY position
"""


async def named_files(connection: DriverConnection) -> Mapping[str, int]:
    """Return the digest of each file that was ever uploaded, with its size in bytes.

    Files that a unit has removed from its list are among them: an auditor may still request them. Those whose bytes the
    office erased are not.
    """
    found: dict[str, int] = {}
    for record in await connection.fetch(UPLOADS):
        data = msgspec.json.decode(decode_entry(record["entry"]).data)
        if record["type"] == FileErased.__name__:
            found.pop(data["sha256"], None)
        else:
            found[data["sha256"]] = data["size"]
    return found
