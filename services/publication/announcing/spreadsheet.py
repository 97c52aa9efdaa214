"""The result as CSV: opened by a double click in Excel, read by any program.

UTF-8 with a byte order mark, because Excel otherwise takes the letters of Vietnamese for another code page; commas and
points as in RFC 4180 and in the JSON, because a file is for programs first. A text that a spreadsheet would take for a
formula gets an apostrophe before it.
"""

import csv
import io

from publication.freezing.snapshot import Snapshot

MARK = "\ufeff"
COLUMNS = ("block", "rank", "unit_code", "unit", "appraisal", "survey", "index", "band")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def result_csv(snapshot: Snapshot) -> bytes:
    """Write all blocks, one line for each unit, in the order of publication."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for block in snapshot.blocks:
        for unit in block.units:
            shown = unit.published
            texts = [harmless(one) for one in (unit.code, unit.name)]
            numbers = [shown.appraisal, shown.survey, shown.index]
            writer.writerow([harmless(block.code), shown.rank, *texts, *numbers, harmless(shown.band)])
    return (MARK + text.getvalue()).encode()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet computes."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
