"""What of the project is installed: its entry points whose package is there."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint, distributions
from importlib.util import find_spec

SERVICES = "parindex.services"
COMMANDS = "parindex.commands"
CLIENT_CHECKS = "parindex.client_checks"


@cache
def installed(group: str) -> Mapping[str, EntryPoint]:
    """Return the entry points of a group by name, none of them imported.

    The project's metadata names those of all services; an image of one service holds only that one.
    """
    return {point.name: point for point in _points() if point.group == group and _is_there(point)}


@cache
def _points() -> Sequence[EntryPoint]:
    """Read the metadata of all distributions once, which takes as long as importing a library.

    The last of one name counts, so those of the first distribution on the path come last.
    """
    found = [point for each in distributions() for point in each.entry_points]
    return [point for point in reversed(found) if point.group in {SERVICES, COMMANDS, CLIENT_CHECKS}]


def _is_there(point: EntryPoint) -> bool:
    return find_spec(point.module.partition(".")[0]) is not None
