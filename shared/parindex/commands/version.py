"""`parindex version`: prints the version and the installed services."""

import platform
from importlib.metadata import version as version_of

import typer

from parindex.installed import SERVICES, installed


def version() -> None:
    """In phiên bản và các dịch vụ đã cài. Print the version and the installed services."""
    typer.echo(f"parindex {version_of('parindex')} · Python {platform.python_version()}")
    typer.echo(" · ".join(sorted(installed(SERVICES))))
