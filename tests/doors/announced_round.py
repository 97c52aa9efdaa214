"""The announced round, and the names in its addresses."""

import hashlib

from tests.journeys.all_kinds import ROUND

from parindex.testing.made_files import png

EVIDENCE = png()

REAL = {
    "round": ROUND,
    "unit": "H10.01",
    "authority": "H10",
    "criterion": "1.1",
    "claimant": "H10.02",
    "code": "bo-du-loai",
    "against": "bo-du-loai",
    "kiosk": "k1",
    "edition": "1",
    "name": "site.css",
    "commitment": "comment:" + "0" * 64,
    "page": "1",
    "year": "2026",
    "item": "thong-bao",
    "session": "1",
    "sha256": hashlib.sha256(EVIDENCE).hexdigest(),
}
