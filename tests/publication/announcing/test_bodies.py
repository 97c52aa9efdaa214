"""A name in the table never becomes a formula in a spreadsheet."""

import csv
import io

import pytest
from msgspec import structs

from publication.announcing.bodies import harmless, result_csv
from publication.freezing.drafts import draft_of
from publication.freezing.snapshot import Header, read_snapshot
from publication.freezing.state import ReceivedRound

HEADER = Header(edition=1, sealed_at="2026-06-30T05:00:00.000000Z")


@pytest.mark.parametrize("text", ["=1+1", "+84", "-x", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_an_ordinary_name_is_left_alone() -> None:
    assert harmless("Sở Lao động - Thương binh và Xã hội") == "Sở Lao động - Thương binh và Xã hội"


def test_a_name_with_commas_quotes_and_a_formula_stays_one_cell(binh_duong: ReceivedRound) -> None:
    snapshot = read_snapshot(draft_of(binh_duong, HEADER).snapshot)
    block = snapshot.blocks[0]
    wild = structs.replace(block.units[0], name='=HYPERLINK("http://x", "y")')
    raw = result_csv(structs.replace(snapshot, blocks=[structs.replace(block, units=[wild])]), 1, "c1")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[1][3] == '\'=HYPERLINK("http://x", "y")'
    assert len(rows[1]) == len(rows[0])
