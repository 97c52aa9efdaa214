"""Common parts of `round run` and `demo`: drive the files, write the results, compare them with published tables."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from parindex.auth.minting import minted_with
from parindex.commands.addresses import check_address
from parindex.refusal import Refused
from parindex.wording import Wording
from parindex_cli.rounds.comparing import compare
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.file import RoundFile
from parindex_cli.rounds.gateways import running, signed_in_by
from parindex_cli.rounds.sending import Gateway
from parindex_cli.rounds.showing import show_block

STOPPED = """\
Đã dừng. Cứ chạy lại đúng lệnh ấy: không có gì bị ghi hai lần.
Stopped. The same command may simply be repeated: nothing is written twice."""
INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended."""


class NoWayInError(Refused):
    """A gateway was named, but no key and no credentials for it, or a file that is not there."""

    code = "no-way-in"
    vi, en = "Không có tệp {missing}.", "There is no file {missing}."
    nothing_named = Wording("Cần thêm --signing-key hoặc --credentials.", "Name a --signing-key or --credentials too.")

    missing: Path | None

    def template(self) -> Wording:
        """Name the file, if there was one."""
        return super().template() if self.missing else self.nothing_named


def at_gateway(url: str, signing_key: Path | None, credentials: Path | None) -> AbstractAsyncContextManager[Gateway]:
    """Return a gateway to a running system, signed in by key or credentials.

    Raises NoWayInError, GatewayAddressError, SecretFileError.
    """
    check_address(url)
    if signing_key is not None and signing_key.exists():
        return running(url, minted_with(signing_key, url))
    if credentials is not None and credentials.exists():
        return running(url, signed_in_by(credentials, url))
    raise NoWayInError(signing_key or credentials)


@contextmanager
def repeatable(console: Console) -> Iterator[None]:
    """Tell a user whose Ctrl-C ends the command that it may be repeated. Raises typer.Exit(130) then."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        console.print(f"\n{STOPPED}", highlight=False, soft_wrap=True)
        raise typer.Exit(INTERRUPTED) from interrupt


async def run_file(
    where: AbstractAsyncContextManager[Gateway], rounds: Sequence[tuple[RoundFile, Path]], console: Console
) -> int:
    """Drive rounds one after another and write each result; return how many rows differ from the published ones."""
    differing = 0
    async with where as gateway:
        for described, target in rounds:
            driver = RoundDriver(gateway, described)
            await _run_with_progress(driver, console, described.title)
            result = await driver.result()
            write_result(result, target)
            for block in compare(described, result):
                show_block(block, console)
                differing += block.differences
            console.print(f"Kết quả: {target}\n")
    return differing


async def _run_with_progress(driver: RoundDriver, console: Console, title: str) -> None:
    """Run a driver to its end and show the progress of each step."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console
    )
    console.print(f"[bold]{escape(title)}")
    with bar:
        tasks = [bar.add_task(step.name, total=step.requests) for step in driver.steps() if step.requests]
        shown = [number for number, step in enumerate(driver.steps()) if step.requests]
        async for number in driver.run():
            bar.advance(tasks[shown.index(number)])
    for warning in driver.warnings:
        console.print(f"Cảnh báo: {warning.vi}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"Warning: {warning.en}", markup=False, highlight=False, soft_wrap=True)


def write_result(result: object, target: Path) -> None:
    """Write a result as indented JSON, atomically."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    draft.replace(target)
