"""Prints the steps of a round in order, from the captions of the folders: `python flow.py services`.

A step is a folder of a service whose `__init__.py` has the docstring `N · caption`. The script needs no installation.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CAPTION = re.compile(r"(\d+) · (\S.*\.)")
NOT_STEPS = {"migrations", "__pycache__"}


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One step of the round."""

    number: int
    service: str
    name: str
    caption: str


def folders(services: Path) -> list[Path]:
    """Return every folder that should be a step, with or without a caption."""
    inside = (folder for service in services.iterdir() if service.is_dir() for folder in service.iterdir())
    return sorted(folder for folder in inside if folder.is_dir() and folder.name not in NOT_STEPS)


def step(folder: Path) -> Step | None:
    """Read a folder's caption; None if it has none, or more than one line."""
    init = folder / "__init__.py"
    docstring = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) if init.exists() else None
    caption = CAPTION.fullmatch(docstring or "")
    return Step(int(caption[1]), folder.parent.name, folder.name, caption[2]) if caption else None


def steps(services: Path) -> list[Step]:
    """Return every step, in the order of the round."""
    return sorted(found for folder in folders(services) if (found := step(folder)))


def lines(services: Path) -> Iterator[str]:
    """Yield the printed lines, one per step; a service is named at its first step."""
    before = ""
    for each in steps(services):
        yield f"{each.service if each.service != before else '':12} {each.number:>2} {each.name:13} {each.caption}"
        before = each.service


if __name__ == "__main__":
    print("\n".join(lines(Path(sys.argv[1]))))
