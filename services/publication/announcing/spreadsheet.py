"""The result as CSV: opened by a double click in Excel, read by any program.

UTF-8 with a byte order mark, because Excel otherwise takes the letters of Vietnamese for another code page; commas and
points as in RFC 4180 and in the JSON, because a file is for programs first. A text that a spreadsheet would take for a
formula gets an apostrophe before it. The bytes have a published checksum, so they are the same for ever: a changed form
is a new file beside this one.
"""

import csv
import io

from publication.freezing.snapshot import Snapshot

MARK = "\ufeff"
COLUMNS = ("block", "rank", "unit_code", "unit", "appraisal", "survey", "index", "band", "note", "edition", "checksum")
NOTHING_APPLIES = "không có tiêu chí áp dụng"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def result_csv(snapshot: Snapshot, edition: int, checksum: str) -> bytes:
    """Write all blocks, one line for each unit, in the order of publication; each names its edition and its checksum.

    A unit to which nothing applies has a note instead of a rank and numbers.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for block in snapshot.blocks:
        for unit in block.units:
            shown = unit.published
            texts = [harmless(one) for one in (unit.code, unit.name)]
            numbers = [shown.appraisal, shown.survey, shown.index]
            note = "" if shown.rank else NOTHING_APPLIES
            writer.writerow(
                [
                    harmless(block.code),
                    shown.rank or "",
                    *texts,
                    *numbers,
                    harmless(shown.band),
                    note,
                    edition,
                    checksum,
                ]
            )
    return (MARK + text.getvalue()).encode()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet computes."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
