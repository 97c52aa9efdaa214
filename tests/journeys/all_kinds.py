"""The round of `all-kinds.yaml`, with a rule of every kind: its file, and what it is called in there."""

from pathlib import Path

ALL_KINDS = Path(__file__).parent / "all-kinds.yaml"
ROUND, AUTHORITY = "moi-loai-2026", "H10"
ROUND_PATH = f"/v1/rounds/{ROUND}"
"""Behind the name of a service."""
