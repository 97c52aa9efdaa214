"""The round of `all-kinds.yaml`, which has a rule of every kind: its file, and its names."""

from pathlib import Path

ALL_KINDS = Path(__file__).parent / "all-kinds.yaml"
ROUND, AUTHORITY = "moi-loai-2026", "H10"
ROUND_PATH = f"/v1/rounds/{ROUND}"
"""The round's path within a service."""
