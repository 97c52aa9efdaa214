"""The round that is announced, and what stands in its addresses."""

from pathlib import Path

ROUND_FILE = Path(__file__).parents[1] / "journeys" / "all-kinds.yaml"
REAL = {
    "round": "moi-loai-2026",
    "unit": "H10.01",
    "criterion": "1.1",
    "code": "bo-du-loai",
    "kiosk": "k1",
    "edition": "1",
    "name": "site.css",
}
