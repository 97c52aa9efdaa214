"""Runs the work of a command on a database; a refusal, or a database that is not ready, ends it with a text."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer
from rich.console import Console

from parindex.commands.showing import print_refusal
from parindex.monitoring.troubles import explain
from parindex.refusal import Refused

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result], name: str) -> Result:
    """Run the work and return its result; `name` is in the text about a database that is not ready.

    A refusal and a database that is not ready are printed and end the command with exit code 1.
    """
    try:
        return asyncio.run(work)
    except Refused as refused:
        print_refusal(refused, Console())
        raise typer.Exit(1) from refused
    except Exception as error:
        trouble = explain(error, name)
        if trouble is None:
            raise
        typer.echo(f"{trouble.vi} {trouble.en}", err=True)
        raise typer.Exit(1) from error
