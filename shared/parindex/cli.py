"""The `parindex` command: each command is an entry point of the group `parindex.commands`.

The kernel brings what an operator does in an image (migrate, log, doctor, issuer, version); the package `parindex_cli`
brings the rest, where it is installed. A command is imported when it is run: the list of commands reads the first line
of each docstring from its source.
"""

import ast
import gc
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from parindex.hosting.process_limits import collection_paused
from parindex.installed import COMMANDS, installed

ORDER = [
    "serve",
    "demo",
    "round",
    "criteria",
    "units",
    "explain",
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
WITHOUT_LOGS = {"round", "version"}
"""Commands that log nothing, or configure the logs themselves for those of their commands that do."""


class InstalledCommands(TyperGroup):
    """Every command whose package is installed, in the order of the help; imported when it is asked for by name."""

    listing = False

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # click's signature
        """Name the commands; those of another distribution come last."""
        return sorted(installed(COMMANDS), key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | TyperGroup | None:  # noqa: ARG002  # as above
        """Import a command, or only describe it while the help is written."""
        point = installed(COMMANDS).get(cmd_name)
        if point is None:
            return None
        return TyperCommand(cmd_name, help=summary_of(point)) if self.listing else _imported(point)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help without importing the commands."""
        self.listing = True
        super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Complete the name of a command without importing the commands."""
        self.listing = True
        return super().shell_complete(ctx, incomplete)


def _imported(point: EntryPoint) -> TyperCommand | TyperGroup:
    with collection_paused():
        loaded = point.load()
        gc.freeze()  # modules stay: no later collection looks through them
    if not isinstance(loaded, typer.Typer):
        function, loaded = loaded, typer.Typer(pretty_exceptions_show_locals=False, add_completion=False)
        loaded.command()(function)
    command = cast("TyperCommand | TyperGroup", get_command(loaded))
    command.name = point.name
    return command


def summary_of(point: EntryPoint) -> str:
    """Return what a command says of itself: the docstring of its function, or the `help` of its `typer.Typer`."""
    spec = find_spec(point.module)
    tree = ast.parse(Path(cast(str, spec.origin)).read_text(encoding="utf-8")) if spec else ast.Module([], [])
    return next(_said_in(tree, point.attr), "")


def _said_in(tree: ast.Module, name: str) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            yield ast.get_docstring(node) or ""
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.targets[0]) == name:
            yield from (
                each.value.value
                for each in node.value.keywords
                if each.arg == "help" and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
            )


app = typer.Typer(
    cls=InstalledCommands,
    help="Chỉ số cải cách hành chính (PAR INDEX): chạy, kiểm tra, tính lại.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they may hold secrets
)


@app.callback()
def parindex(context: typer.Context) -> None:
    """Prepare what a command needs that works: importing the logs costs as much as all of the help."""
    if context.invoked_subcommand not in WITHOUT_LOGS:
        from parindex.hosting.logging import configure_logs  # noqa: PLC0415

        configure_logs("warning", "parindex")


def main() -> None:
    app()
