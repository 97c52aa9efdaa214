"""What of the project is installed: its entry points whose package is there."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec

SERVICES = "parindex.services"
COMMANDS = "parindex.commands"


@cache
def installed(group: str) -> Mapping[str, EntryPoint]:
    """Return the entry points of a group by name, none of them imported.

    The project's metadata names those of all services; an image of one service holds only that one.
    """
    return {point.name: point for point in entry_points(group=group) if find_spec(point.module.partition(".")[0])}
