"""Parses a file of YAML or JSON in a process of its own, with bounds: `python -I -B -m … PATH MOST_VALUES`.

The parser is in C and takes no notice of other threads, so a file that keeps it busy would hold up a whole service.
"""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from parindex.files.bounds import bound
from parindex.inputs.trees import Tree, TreeError, parse
from parindex.refusal import Place

Run = Callable[..., Awaitable[bytes]]
"""Runs a module with its arguments in a bounded process and returns its output."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """The output of the process: the tree, or the places of its mistakes."""

    tree: Tree | None
    places: tuple[Place, ...] = ()


async def parse_bounded(run: Run, path: Path, most_values: int) -> Tree:
    """Return the tree in a file of UTF-8. Raises TreeError, and FileTooComplexError beyond the bounds."""
    said = await run("parindex.inputs.bounded_trees", str(path), str(most_values))
    answer = msgspec.json.decode(said, type=_Answer)
    if answer.tree is None:
        raise TreeError(answer.places)
    return answer.tree


def main() -> None:
    path = Path(sys.argv[1])
    bound(path.stat().st_size)
    try:
        answer = _Answer(parse(path.read_bytes().decode("utf-8-sig"), int(sys.argv[2])))
    except TreeError as error:
        answer = _Answer(None, tuple(error.places))
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
