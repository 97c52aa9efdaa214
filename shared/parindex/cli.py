"""The `parindex` command: each command is an entry point of the group `parindex.commands`.

The kernel brings what an operator does in an image (migrate, log, doctor, issuer, version); the package `parindex_cli`
brings the rest, where it is installed.
"""

from importlib.metadata import entry_points
from importlib.util import find_spec

import typer

from parindex.hosting.logging import configure_logs

GROUP = "parindex.commands"
ORDER = [
    "serve",
    "demo",
    "round",
    "replay",
    "audit",
    "migrate",
    "log",
    "doctor",
    "issuer",
    "accounts",
    "openapi",
    "asyncapi",
    "docs",
    "version",
]


def _with_commands() -> typer.Typer:
    """Build the command with every command whose package is installed, in the order of the help."""
    app = typer.Typer(
        help="Chỉ số cải cách hành chính (PAR INDEX): chạy, kiểm tra, tính lại.",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,  # they may hold secrets
    )
    found = {point.name: point for point in entry_points(group=GROUP) if find_spec(point.module.partition(".")[0])}
    for name in sorted(found, key=ORDER.index):
        command = found[name].load()
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


app = _with_commands()


def main() -> None:
    configure_logs("warning", "parindex")
    app()
