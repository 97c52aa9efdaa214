"""Prints the steps of a round, in their order, from the captions of the folders: `python flow.py services`.

A step is a folder of a service whose `__init__.py` says `N · caption`. It needs nothing installed.
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
    """Every folder that ought to be a step, captioned or not."""
    inside = (folder for service in services.iterdir() if service.is_dir() for folder in service.iterdir())
    return sorted(folder for folder in inside if folder.is_dir() and folder.name not in NOT_STEPS)


def step(folder: Path) -> Step | None:
    """Read a folder's caption; None when it has none, or says more than one line."""
    init = folder / "__init__.py"
    said = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) if init.exists() else None
    caption = CAPTION.fullmatch(said or "")
    return Step(int(caption[1]), folder.parent.name, folder.name, caption[2]) if caption else None


def steps(services: Path) -> list[Step]:
    """Every step, in the order of the round."""
    return sorted(found for folder in folders(services) if (found := step(folder)))


def lines(services: Path) -> Iterator[str]:
    """What to print: a line for each step, its service named where it changes."""
    before = ""
    for each in steps(services):
        yield f"{each.service if each.service != before else '':12} {each.number:>2} {each.name:13} {each.caption}"
        before = each.service


if __name__ == "__main__":
    print("\n".join(lines(Path(sys.argv[1]))))
