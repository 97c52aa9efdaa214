"""The announced round, and the names in its addresses."""

from tests.journeys.all_kinds import ROUND

REAL = {
    "round": ROUND,
    "unit": "H10.01",
    "criterion": "1.1",
    "code": "bo-du-loai",
    "kiosk": "k1",
    "edition": "1",
    "name": "site.css",
    "commitment": "comment:" + "0" * 64,
}
